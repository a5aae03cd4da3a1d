"""Test lists that are completed: POST, PATCH, their files.

A request goes through these in turn: `body` and `fields` read it, `definition` (from memory, by `definitions`) says
what the list is, `rules` judge it, `writing` stores it in one transaction, `answering` tells what was stored, and
`joining` makes results of the store of it when the answer is out.
"""
