"""Bank statements: one module per format, each with ``recognise`` and ``read`` (``sources/contract.py``).

Every parser gives the same small model (``statement.py``); ``gathering.py`` checks the totals, gives every entry its
reference and says through which day the bank is complete. Whose payment an entry is, ``sources/matching`` finds out.
"""
