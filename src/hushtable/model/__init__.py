"""The nouns every engine shares: frozen dataclasses on the standard library alone."""
