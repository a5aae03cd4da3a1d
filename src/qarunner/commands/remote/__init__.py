"""What ``qarunner run`` is made of: a client of a server's own API, and of the Stb-tester API for its jUnit XML.

`address` and `client` reach the server; `choosing`, `sending` and `starting` begin a job there, `following` sees it to
its end, `fetching` and `summary` bring home what came of it.
"""
