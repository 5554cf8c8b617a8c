"""What the look of a value says: its shape, a secret's format, a stand-in or the real thing."""
