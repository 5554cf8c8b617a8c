"""The engine that edits source: orders and texts in, edits and texts out."""
