"""For authors of rules: run the programs of a page. For services: the pytest plugin."""
