"""The command line. A command's module, and the engines behind it, load when it is called."""
