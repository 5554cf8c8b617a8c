"""One file, one kind of change: `change(order, sources)` gives what it edits."""
