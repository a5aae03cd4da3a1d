"""The quality store: what a farm knows, in SQLite or PostgreSQL, with the artifacts beside it on disk.

Start at `qarunner.store.engine.Store`. Tables are in `models`, one file per group.
"""
