"""Letters: texts, linter, PDF and golden extracts."""
