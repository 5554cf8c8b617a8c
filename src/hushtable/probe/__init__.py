"""Ask a live service from outside, politely, and tell what it shows to whom."""
