"""The box's behaviour as pure functions: a state, a key and a time give the next state. Nothing here reads a clock."""
