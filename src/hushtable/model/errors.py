"""The exceptions hushtable raises. None ever carries a value from a scanned program."""


class HushtableError(Exception):
    """Any error that hushtable raises on purpose."""


class ConfigError(HushtableError):
    """A configuration file, an option or a taught library is wrong; the text says where."""


class UsageError(HushtableError):
    """The command line asks for something that cannot be done."""
