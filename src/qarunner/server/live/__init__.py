"""What changes while somebody watches: events, metrics."""
