"""One entry of a CAMT message, and the payments that a batch entry consists of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from lxml import etree

from dunwell.sources.bank.statement import TEXT_CHARS_MAX, Entry, Log, amount_minor, iso_date, known_currency

_RETURNS = frozenset({"RRTN", "RPCR", "UPDD", "PRDD", "RCDD", "UPCQ", "CQRV", "UPCT", "RTRN"})
"""Sub-families of ISO 20022 external bank transaction codes that take an earlier payment back: returned or
cancelled transfers, unpaid or reversed direct debits, unpaid cheques."""

_SUB_FAMILY = "BkTxCd/Domn/Fmly/SubFmlyCd"
_AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt")
"""Where a payment's amount stands, the booked one first."""
_UNUSABLE = frozenset({"NOTPROVIDED", "NONREF", "NONE"})


class Place:
    """Where in the file the parser is, for messages; remembers whether all of the statement could be read."""

    def __init__(self, log: Log, statements: int = 1) -> None:
        self.log = log
        self.statements = statements
        self.entries = 0
        self.is_whole = True

    def problem(self, element: etree._Element, path: str, message: str, suggestion: str = "") -> None:
        """Say what is wrong with ``element``; the statement is not whole any more."""
        self.is_whole = False
        self.log.problem(element.sourceline or 0, f"Stmt[{self.statements}]/{path}", message, suggestion)

    def notice(self, element: etree._Element, message: str) -> None:
        """Say something about the entry that the parser is at."""
        self.log.notice(element.sourceline or 0, f"Stmt[{self.statements}]/Ntry[{self.entries}]", message)


@dataclass(frozen=True, slots=True)
class Detail:
    """What ``TxDtls`` says of one payment; ``amount`` as written with its currency, empty where not given."""

    amount: str
    currency: str
    is_in: bool | None
    bank_reference: str
    end_to_end_id: str
    references: tuple[str, ...]
    remittance: str
    parties: tuple[tuple[str, str], tuple[str, str]]
    return_reason: str
    is_return: bool


Flat = Mapping[str, list[str]]
"""The texts of an element by path of local names; an attribute ``Ccy`` has the path of its element and ``@Ccy``."""


def flat(element: etree._Element) -> Flat:
    """Walk ``element`` once, so that the many places that are looked at cost nothing each."""
    found: dict[str, list[str]] = {}
    _walk(element, "", found)
    return found


def _walk(element: etree._Element, above: str, found: dict[str, list[str]]) -> None:
    """Go down the elements; the parser lets them lie no deeper than 256 in each other."""
    for child in element:
        path = above + local_name(child.tag)
        texts = found.get(path)
        if texts is None:
            texts = found[path] = []
        texts.append((child.text or "").strip())
        currency = child.get("Ccy")
        if currency is not None:
            found.setdefault(f"{path}@Ccy", []).append(currency)
        if len(child):
            _walk(child, f"{path}/", found)


def local_name(tag: object) -> str:
    """Return the name in a tag without its namespace."""
    return _local_name(str(tag))


@lru_cache(maxsize=1_000)
def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2]


def first(values: Flat, path: str) -> str:
    """Return the first text at ``path``; empty when there is none."""
    texts = values.get(path)
    return texts[0] if texts else ""


def is_credit(values: Flat) -> bool:
    """Tell whether the money came in; raises ``ValueError`` when the entry does not say."""
    indicator = first(values, "CdtDbtInd")
    if indicator not in ("CRDT", "DBIT"):
        raise ValueError("CdtDbtInd says neither CRDT nor DBIT.")
    return indicator == "CRDT"


def detail_of(element: etree._Element) -> Detail:
    """Take what matters from a ``TxDtls`` element, so that the element can be dropped."""
    values = flat(element)
    indicator = first(values, "CdtDbtInd")
    end_to_end = first(values, "Refs/EndToEndId")
    amount = next((path for path in _AMOUNTS if path in values), "")
    return Detail(
        amount=first(values, amount),
        currency=first(values, f"{amount}@Ccy"),
        is_in=indicator == "CRDT" if indicator else None,
        bank_reference=_own_reference(values),
        end_to_end_id="" if end_to_end.upper() in _UNUSABLE else end_to_end,
        references=tuple(dict.fromkeys(filter(None, values.get("RmtInf/Strd/CdtrRefInf/Ref", [])))),
        remittance=_remittance(values),
        parties=(_party(values, "Dbtr"), _party(values, "Cdtr")),
        return_reason=first(values, "RtrInf/Rsn/Cd") or first(values, "RtrInf/Rsn/Prtry"),
        is_return="RtrInf" in values or first(values, _SUB_FAMILY) in _RETURNS,
    )


def _own_reference(values: Flat) -> str:
    """Return the bank's reference of the one payment; the batch's own is shared and tells nothing apart."""
    names = ("AcctSvcrRef", "Prtry/Ref", "TxId", "UETR", "InstrId")
    return " ".join(filter(None, (first(values, f"Refs/{name}") for name in names[:2]))) or next(
        filter(None, (first(values, f"Refs/{name}") for name in names[2:])), ""
    )


def _remittance(values: Flat) -> str:
    paths = ("Strd/RfrdDocInf/Nb", "Ustrd", "Strd/AddtlRmtInf")
    texts = [text for path in paths for text in values.get(f"RmtInf/{path}", []) if text]
    return _joined(texts or [first(values, "AddtlTxInf")])


def _joined(texts: list[str]) -> str:
    return " ".join(" ".join(texts).split())[:TEXT_CHARS_MAX]


def _party(values: Flat, role: str) -> tuple[str, str]:
    """Return name and account of the debtor or creditor; before version 8 the name stands one level higher."""
    at = f"RltdPties/{role}"
    names = (f"{at}/Nm", f"{at}/Pty/Nm", f"RltdPties/Ultmt{role}/Nm", f"RltdPties/Ultmt{role}/Pty/Nm")
    name = next(filter(None, (first(values, path) for path in names)), "")
    return name, first(values, f"{at}Acct/Id/IBAN") or first(values, f"{at}Acct/Id/Othr/Id")


def entries_of(element: etree._Element, details: list[Detail], place: Place) -> list[Entry]:
    """Return the entries of one ``Ntry``: none when it is not booked, several when the bank itemised a batch."""
    place.entries += 1
    values = flat(element)
    status = first(values, "Sts/Cd") or first(values, "Sts/Prtry") or first(values, "Sts")
    if status not in ("BOOK", ""):
        place.notice(element, f'The entry has the status "{status}", is not booked and was left out.')
        return []
    try:
        whole = _whole(element, values, details, place)
    except ValueError as error:
        path = f"Ntry[{place.entries}]"
        place.problem(element, path, f"The entry cannot be read: {error}", "Ask the bank for a right statement.")
        return []
    return _itemised(whole, details) or [_merged(whole, details)]


def _whole(element: etree._Element, values: Flat, details: list[Detail], place: Place) -> Entry:
    currency = known_currency(first(values, "Amt@Ccy"))
    valued_on = _day(values, "ValDt")
    booked_on = _day(values, "BookgDt") or valued_on or _told_on(element, place)
    counts = values.get("NtryDtls/Btch/NbOfTxs", [])
    batch = sum(int(text) for text in counts if text.isdecimal() and len(text) < 10)
    return Entry(
        line=element.sourceline or 0,
        booked_on=booked_on,
        valued_on=valued_on,
        amount_minor=amount_minor(first(values, "Amt"), currency),
        currency=currency,
        is_in=is_credit(values),
        is_reversal=first(values, "RvslInd") in ("true", "1") or first(values, _SUB_FAMILY) in _RETURNS,
        is_batch=max(batch, len(details)) > 1,
        bank_reference=first(values, "AcctSvcrRef") or first(values, "NtryRef"),
        remittance=_joined([first(values, "AddtlNtryInf")]),
        code=_code(values),
    )


def _day(values: Flat, name: str) -> date | None:
    text = first(values, f"{name}/Dt") or first(values, f"{name}/DtTm")
    return iso_date(text) if text else None


def _told_on(element: etree._Element, place: Place) -> date:
    """Return the day of the message for an entry without any date of its own, as some notifications have them."""
    parent = element.getparent()
    told = "" if parent is None else (parent.findtext("{*}CreDtTm") or "")
    if not told:
        raise ValueError("it has no date.")
    day = iso_date(told)
    place.notice(element, f"The entry has no date; the day of the message, {day}, was taken.")
    return day


def _code(values: Flat) -> str:
    domain = (first(values, f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd"))
    return "-".join(filter(None, domain)) or first(values, "BkTxCd/Prtry/Cd")


def _itemised(whole: Entry, details: list[Detail]) -> list[Entry]:
    """Return one entry per payment of a batch, or none when the payments do not add up to the booking."""
    if len(details) < 2:
        return []
    try:
        parts = [_part(whole, detail) for detail in details]
    except ValueError:
        return []
    return parts if sum(part.signed_minor for part in parts) == whole.signed_minor else []


def _part(whole: Entry, detail: Detail) -> Entry:
    if detail.currency.upper() != whole.currency:
        raise ValueError("The payment is in another currency than the booking.")
    part = replace(
        _described(whole, detail),
        amount_minor=amount_minor(detail.amount, whole.currency),
        is_in=whole.is_in if detail.is_in is None else detail.is_in,
        is_batch=False,
        batch_of=whole.bank_reference or whole.remittance[:40],
    )
    return replace(part, bank_reference=" ".join(filter(None, (detail.bank_reference, *detail.references))))


def _described(whole: Entry, detail: Detail) -> Entry:
    is_reversal = whole.is_reversal or detail.is_return
    debtor, creditor = detail.parties
    payer_first = (debtor, creditor) if whole.is_in != is_reversal else (creditor, debtor)
    name, account = payer_first[0] if any(payer_first[0]) else payer_first[1]
    return replace(
        whole,
        is_reversal=is_reversal,
        references=detail.references,
        remittance=detail.remittance or whole.remittance,
        end_to_end_id=detail.end_to_end_id,
        party_name=name,
        party_account=account.replace(" ", ""),
        return_reason=detail.return_reason,
        bank_reference=whole.bank_reference or detail.bank_reference,
    )


def _merged(whole: Entry, details: list[Detail]) -> Entry:
    """Return the booking as one entry, with all that its payments say."""
    if not details:
        return whole
    if len(details) == 1:
        return _described(whole, details[0])
    references = dict.fromkeys(reference for detail in details for reference in detail.references)
    texts = [text for detail in details for text in (detail.remittance, detail.end_to_end_id) if text]
    return replace(
        whole,
        is_reversal=whole.is_reversal or all(detail.is_return for detail in details),
        references=tuple(references),
        remittance=_joined(texts) or whole.remittance,
    )
