"""Public APIs that the server speaks, one room each. `spec` says what a dialect is."""
