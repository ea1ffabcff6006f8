"""Accounting files: French FEC, SAF-T (Norway, Portugal, Romania), DATEV batches.

Each reads the entries on customers' accounts; what an entry is for the ledger, and which payment settled which invoice
by the book-keeper's own marks (lettering, clearing), is the same for all of them (``clearing``).
"""
