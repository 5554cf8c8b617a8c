"""What an app says beside its answers: log records, lines on standard streams, files."""
