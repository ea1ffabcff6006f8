"""Field 86 of MT940, by dialect: German numbered subfields, slash keywords (Netherlands and others), plain text.

Structured (German, Austrian, Polish and others): a three-digit code, then a sign of the bank's choice (``?`` ``~``
``^``) before each two-digit subfield. Within the purpose, SEPA parts carry names such as ``EREF+``.
"""

import re
from dataclasses import dataclass

from dunwell.sources.bank.statement import TEXT_CHARS_MAX

_LINE_CHARS = 65
_LINES_MAX = 100
_PURPOSE_CHARS = 27
_STRUCTURED = re.compile(r"(\d{3})([?~^<>@$!#])(?=\d\d)")
_PURPOSE = (*range(20, 30), *range(60, 66))
_SEPA = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|MTLG)\+")
_SLASH = re.compile(
    r"/(EREF|BENM|ORDP|NAME|REMI|ISDT|IBAN|BIC|CNTP|TRTP|CSID|MARF|RTRN|TRCD|ADDR|PREF|SVCL|PURP|ULTD|ULTC|ULTB|ULTR|"
    r"OCMT|CHGS|EXCH|KREF|IREF|IID|UDTR|UCRD|NRTX|INFO|ACCW|SWOC|ID|CREF|TYPE|REF|RREF)/"
)
_STRUCTURED_REMITTANCE = re.compile(r"STRD/(?:[A-Z]{3}/)?([^/]+)")
_BATCH = re.compile(r"\bSAMMLER\b|\bSAMMEL|\bANZAHL\b.*\bPOSTEN\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """What field 86 says of an entry; ``code`` is the bank's booking code."""

    remittance: str = ""
    references: tuple[str, ...] = ()
    end_to_end_id: str = ""
    party_name: str = ""
    party_account: str = ""
    code: str = ""
    return_reason: str = ""
    is_batch: bool = False


def told(lines: tuple[str, ...]) -> Told:
    """Read the lines of a field 86; the standard has six, so what is beyond the limit is no text of a payer."""
    lines = lines[:_LINES_MAX]
    whole = _unwrapped(tuple(line[:TEXT_CHARS_MAX] for line in lines))[:TEXT_CHARS_MAX]
    structured = _STRUCTURED.match(whole)
    if structured is not None:
        return _numbered(structured[1], whole[4:], structured[2])
    if len(_SLASH.findall(whole)) > 1:
        return _keyed(whole)
    return Told(remittance=_tidy(" ".join(line[:TEXT_CHARS_MAX] for line in lines)))


def _unwrapped(lines: tuple[str, ...]) -> str:
    """Join what was cut at 65 characters; a line a little shorter lost its trailing space, others ended by will."""
    pieces = []
    for line in lines:
        text = line.rstrip("\r")
        full = _LINE_CHARS - 5 <= len(text) < _LINE_CHARS
        pieces.append(text.ljust(_LINE_CHARS) if full else text)
    return "".join(pieces).strip()


def _tidy(text: str) -> str:
    return " ".join(text.split())[:TEXT_CHARS_MAX]


def _numbered(code: str, body: str, sign: str) -> Told:
    parts = _subfields(body, sign)
    purpose = "".join(_padded(parts[number]) for number in _PURPOSE if number in parts)
    sepa = _sepa(purpose)
    account = parts.get(38) or parts.get(31) or sepa.get("IBAN", "")
    name = parts.get(32, "").ljust(_PURPOSE_CHARS) + parts.get(33, "")
    return Told(
        remittance=_tidy(sepa.get("SVWZ", "") or sepa.get("", "")) or _tidy(purpose),
        end_to_end_id=_given(sepa.get("EREF", "")),
        party_name=_tidy(name) or _tidy(sepa.get("ABWA", "")),
        party_account=account.replace(" ", ""),
        code=code,
        return_reason=parts.get(34, "").strip() if "RETOURE" in parts.get(0, "").upper() else "",
        is_batch=_BATCH.search(parts.get(0, "")) is not None,
    )


def _subfields(body: str, sign: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for piece in re.split(re.escape(sign) + r"(?=\d\d)", sign.join(("", body.removeprefix(sign)))):
        if piece[:2].isdecimal() and piece[:2].isascii():
            found[int(piece[:2])] = found.get(int(piece[:2]), "") + piece[2:]
    return found


def _padded(text: str) -> str:
    """Keep words together that were cut at 27 characters, and apart that were not."""
    return text if len(text) >= _PURPOSE_CHARS else f"{text} "


def _sepa(purpose: str) -> dict[str, str]:
    """Split a purpose into its SEPA parts; what comes before the first has the name ""."""
    pieces = _SEPA.split(purpose.replace("MTLG:", "MTLG+"))
    found = {"": pieces[0]}
    for name, value in zip(pieces[1::2], pieces[2::2], strict=True):
        found.setdefault(name, value)
    return found


def _given(text: str) -> str:
    tidy = _tidy(text)
    return "" if tidy.upper() in ("NOTPROVIDED", "NONREF", "NOT PROVIDED") else tidy


def _keyed(whole: str) -> Told:
    pieces = _SLASH.split(re.sub(r"/(?=/)", "/ ", whole))
    found: dict[str, str] = {}
    for name, value in zip(pieces[1::2], pieces[2::2], strict=True):
        if value.strip(" /"):
            found.setdefault(name, value.strip())
    party = _counterparty(found.get("CNTP", ""))
    remittance = found.get("REMI", "")
    structured = _STRUCTURED_REMITTANCE.search(remittance)
    return Told(
        remittance=_tidy(re.sub(r"^\s*USTD/(/| )*", "", remittance).strip(" /")) or _tidy(whole),
        references=(structured[1].strip(),) if structured else (),
        end_to_end_id=_given(found.get("EREF", "").strip("/ ")),
        party_name=_tidy(found.get("NAME", "").strip("/ ")) or party[1],
        party_account=found.get("IBAN", "").replace(" ", "").strip("/") or party[0],
        code=_tidy(found.get("TRCD", found.get("TRTP", "")).strip("/ "))[:40],
        return_reason=_tidy(found.get("RTRN", "").strip("/ "))[:40],
    )


def _counterparty(text: str) -> tuple[str, str]:
    """Read account and name of ``/CNTP/account/bank/name/city/``."""
    parts = [part.strip() for part in text.split("/")]
    return (parts[0], _tidy(parts[2])) if len(parts) > 2 else ("", "")
