"""The story of one run: read → assess → decide → draft → (approve) → send. Start reading at ``nightly``."""
