"""The history of the tables' layout: one revision per file in ``versions``, one line, no branches."""
