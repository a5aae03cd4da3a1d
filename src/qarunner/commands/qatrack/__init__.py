"""``qarunner qatrack``: what a QATrack+ dialect keeps of a test pack. A plugin adds a verb ``qatrack WORD`` of its own.

`plan` proposes a definition from a run, `show` and `apply` compare it with a server; `defining` is what they share.
"""
