"""Electronic invoices: UBL, UN/CEFACT CII, ZUGFeRD and Factur-X PDFs, Facturae and FatturaPA.

One module per syntax, each a format of the registry (``contract.SourceFormat``). A syntax only says where things stand:
it turns XML into :class:`~dunwell.sources.einvoice.model.EInvoice` values. What follows is the same for all of them:
totals are recalculated (``totals``), the seller must be the creditor (``parties``), and what is left becomes rows of
the canonical tables (``tables``).
"""
