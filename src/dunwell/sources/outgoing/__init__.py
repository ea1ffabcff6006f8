"""What goes out to other programs: charges to be booked and the ledger, as CSV, plain-text journals and DATEV batches.

Every file says in its first line or header that it comes from here, so that importing it by mistake changes nothing
(``own.py``).
"""
