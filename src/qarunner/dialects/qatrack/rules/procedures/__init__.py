"""The small language in which composites are calculated: the arithmetic part of Python, and nothing else of it.

A procedure is text that a user wrote. `reading.read_procedure` parses it and lets through only what is on its list:
assignments to names, ``if``, arithmetic, comparisons, conditional expressions, short lists, f-strings, looking up in
``REFS``, ``TOLS`` and ``META``, and calls of the functions in `functions` (``abs``, ``math.sqrt``, ``numpy.mean`` ...).
Anything else makes it `Unsupported` with a reason: it is stored and never run.

`running.run` walks the tree itself; nothing is handed to Python's own ``eval`` or ``exec``. There is no loop, so a
procedure ends; `limits` bound its text, its depth, its operations and the size of every value on the way.
"""
