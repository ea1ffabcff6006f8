"""Ledger × policy × law × as-of date → assessment. Columnar and pure: the rules of product §2."""
