"""What the virtual box has on: channels, programmes, cards and settings. All of it is invented, none of it moves."""
