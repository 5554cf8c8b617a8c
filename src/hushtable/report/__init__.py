"""Tell a result: terminal, JSON, SARIF, Markdown, GitHub annotations, JUnit."""
