"""The letter of ``letters`` typeset by others, for comparison: the same words, figures, table and payment code.

The pages come from the same content, so that every engine sets equal letters; address field and info block are
placed simply. Each rival renders a batch of contents into a folder.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec
from pathlib import Path

from dunwell.letters.codes import code_svg
from dunwell.letters.content import Block, Bullets, LetterContent, Paragraph, Payment, Run, Table

Renders = Callable[[Sequence[LetterContent], Path], None]

_TIMEOUT_SECONDS = 600
_STYLE = (
    "@page{size:A4;margin:25mm 20mm 30mm 25mm}body{font:9.5pt Inter,'DejaVu Sans',sans-serif}"
    "table{width:100%;border-collapse:collapse}td,th{padding:2pt;border-bottom:.5pt solid #999;text-align:left}"
    "svg{width:26mm;height:26mm}"
)
_PDF_FILTER = (
    'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"3"},'
    '"PDFUACompliance":{"type":"boolean","value":"true"}}'
)


@dataclass(frozen=True, slots=True)
class Rival:
    """Another way to set letters; ``missing`` says what to install, empty when it is there."""

    name: str
    note: str
    missing: str
    render: Renders


def rivals() -> list[Rival]:
    """Everything a letter is compared with, installed or not."""
    office = shutil.which("soffice") or shutil.which("libreoffice") or ""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
    has_weasyprint = find_spec("weasyprint") is not None
    return [
        Rival("WeasyPrint", "PDF/A-3a, from HTML", "" if has_weasyprint else "pip install weasyprint", _weasyprint),
        Rival(
            "LibreOffice",
            "one process for the batch, PDF/A-3 + UA, from HTML",
            "" if office else "apt-get install libreoffice-writer-nogui",
            lambda contents, folder: _libreoffice(office, contents, folder),
        ),
        Rival(
            "Chromium",
            "a process per letter, plain tagged PDF, from HTML",
            "" if browser else "apt-get install chromium",
            lambda contents, folder: _chromium(browser, contents, folder),
        ),
    ]


def _weasyprint(contents: Sequence[LetterContent], folder: Path) -> None:
    from weasyprint import HTML  # type: ignore[import-not-found, import-untyped, unused-ignore]
    from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-not-found, import-untyped, unused-ignore]

    fonts = FontConfiguration()
    for number, content in enumerate(contents):
        pdf = HTML(string=page(content)).write_pdf(font_config=fonts, pdf_variant="pdf/a-3a")
        (folder / f"{number}.pdf").write_bytes(pdf)


def _libreoffice(program: str, contents: Sequence[LetterContent], folder: Path) -> None:
    files = _written(contents, folder)
    with tempfile.TemporaryDirectory(prefix="dunwell-office-") as profile:
        start = [program, "--headless", f"-env:UserInstallation=file://{profile}", "--writer"]
        _run([*start, "--convert-to", _PDF_FILTER, "--outdir", str(folder), *files])


def _chromium(program: str, contents: Sequence[LetterContent], folder: Path) -> None:
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    for file in _written(contents, folder):
        _run([program, *options, f"--print-to-pdf={Path(file).with_suffix('.pdf')}", f"file://{file}"])


def _written(contents: Sequence[LetterContent], folder: Path) -> list[str]:
    paths = [folder / f"{number}.html" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_text(page(content), encoding="utf-8")
    return [str(path) for path in paths]


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_SECONDS)


def page(content: LetterContent) -> str:
    """The letter as a page of HTML."""
    frame = content.frame
    parts = [
        _lines("p", (frame.creditor_name, *frame.letterhead)),
        _lines("p", frame.address),
        _rows(frame.info),
        f"<h1 style='font-size:11pt'>{escape(content.subject)}</h1>",
        f"<p>{escape(content.opening)}</p>",
        *(_block(block) for part in content.parts for block in part.blocks),
        _lines("p", (content.closing, *content.signature)),
        *(_lines("small", column) for column in frame.footer),
    ]
    title = escape(content.subject)
    return (
        f"<!doctype html><html lang='{content.language}'><head><meta charset='utf-8'><title>{title}</title>"
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def _block(block: Block) -> str:
    match block:
        case Paragraph(runs):
            return f"<p>{_runs(runs)}</p>"
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{_runs(item)}</li>" for item in items) + "</ul>"
        case Table():
            return _table(block)
        case Payment(rows, code):
            return _rows(rows) + (code_svg(code) if code else "")


def _table(table: Table) -> str:
    head = _cells("th", [column.label for column in table.columns])
    rows = [_cells("td", [" ".join(filter(None, (cell.text, cell.note))) for cell in row]) for row in table.rows]
    sums = [_cells("td", [total.label or total.cells[0], *total.cells[1:]]) for total in table.totals]
    return f"<table><thead>{head}</thead><tbody>{''.join([*rows, *sums])}</tbody></table>"


def _rows(pairs: Sequence[tuple[str, str]]) -> str:
    return "<table>" + "".join(_cells("td", pair) for pair in pairs) + "</table>"


def _cells(tag: str, texts: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts) + "</tr>"


def _lines(tag: str, lines: Sequence[str]) -> str:
    return f"<{tag}>{'<br>'.join(escape(line) for line in lines)}</{tag}>"


def _runs(runs: Sequence[Run]) -> str:
    return "".join(f"<b>{escape(run.text)}</b>" if run.strong else escape(run.text) for run in runs)
