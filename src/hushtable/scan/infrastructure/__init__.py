"""Reads tables and policies out of infrastructure files: nothing is run or resolved elsewhere."""
