"""The drivers and reporters that come with qarunner, written against the same interface as anybody's."""
