"""Answers lists and details of any resource: `filters` and `paging` read the query, `rows` asks the store."""
