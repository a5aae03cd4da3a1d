"""The description of the API, at ``/api/schema/``: `document` makes it of `resources` and routes, `route` answers."""
