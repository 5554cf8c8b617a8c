"""The store that an app sees: tables, canaries in them, and what was asked of it."""
