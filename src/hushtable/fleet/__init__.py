"""Many services: what is listed, fetched, scanned each in a process of its own, and kept."""
