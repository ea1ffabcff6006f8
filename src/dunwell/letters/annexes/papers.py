"""Annexes that are copies of files: invoices, earlier letters, the contract."""

from dataclasses import replace

from dunwell.letters.annexes.kinds import AnnexKind, Document
from dunwell.letters.annexes.titled import titled
from dunwell.letters.content import Annex, Paper
from dunwell.letters.setting import Setting

LISTED_MAX = 6
"""So many invoices or letters are named one by one in the list of annexes; of more, the first and the last."""


def invoice_copies(setting: Setting) -> Annex | None:
    """Copy the invoices that the letter speaks of, as far as their files are at hand."""
    return _copies(setting, "invoice_copies")


def past_correspondence(setting: Setting) -> Annex | None:
    """Copy the earlier letters of the episode, as they were rendered."""
    return _copies(setting, "past_correspondence")


def contract(setting: Setting) -> Annex | None:
    """Copy the contract with the customer."""
    return _copies(setting, "contract")


def _copies(setting: Setting, kind: AnnexKind) -> Annex | None:
    documents = [document for document in setting.facts.documents if document.kind == kind and not document.problem]
    if not documents:
        return None
    names = [_name(setting, document) for document in documents]
    annex = titled(setting, kind, annex_count=len(documents), annex_documents=_listed(setting, names))
    papers = (Paper(document.file_name, name) for document, name in zip(documents, names, strict=True))
    return replace(annex, papers=tuple(papers))


def _name(setting: Setting, document: Document) -> str:
    """Return what a reader knows the document by: an invoice by its number, a letter by its date."""
    if document.kind == "past_correspondence" and document.dated_on:
        return setting.formats.date_long(document.dated_on)
    return document.number


def _listed(setting: Setting, names: list[str]) -> str:
    if len(names) <= LISTED_MAX:
        return setting.formats.listing(names)
    return f"{names[0]} … {names[-1]}"
