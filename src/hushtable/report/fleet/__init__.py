"""Many results as one: which services are worst, and what they have in common."""
