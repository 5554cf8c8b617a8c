"""What is looked for in the answers of a live service, one module for each kind of thing."""
