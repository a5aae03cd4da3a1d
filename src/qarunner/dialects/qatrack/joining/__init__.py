"""One store: a completed session becomes, or joins, results of the store.

`waiting` reads the sessions whose results are still to be made, `records` turns each into results (pure), and `joiner`
takes them in right after the answer to the request that stored the session, many sessions at a time when many come.
"""

SOURCE = "qatrack"
"""The source of results that were made of sessions."""
SESSION_TAG = "qatrack-session"
"""The tag of such results; its value is the number of the list instance."""
