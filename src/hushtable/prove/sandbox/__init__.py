"""The child process that an app runs in: what it is given, what it can reach, when it ends."""
