"""Reads source and suspects exposures; never imports or runs what it reads."""
