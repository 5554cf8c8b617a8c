"""What an app teaches of its store and settings, by its complaints and its requests."""
