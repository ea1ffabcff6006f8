"""The owner's rules: model, TOML with line-numbered problems, clauses as text. Pure."""
