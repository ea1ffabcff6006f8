"""The web app: one of three faces over the services of ``runs/``; no rule and no query of its own (design §1)."""
