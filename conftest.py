"""Lets the tests of this repository run pytest inside a test.

pytest accepts `pytest_plugins` only in a conftest file of the root directory; everything else is in tests/conftest.py.
"""

pytest_plugins = ["pytester"]
