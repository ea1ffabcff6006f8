"""A letter as plain text, for e-mail: every fact that the page shows, readable in any width and aloud.

Tables become one paragraph per row, each value beside the name of its column; columns drawn with blanks fall apart
on a telephone and say nothing to a screen reader.
"""

from collections.abc import Iterator

from dunwell.letters.content import Block, Bullets, Cell, LetterContent, Paragraph, Payment, Run, Table, TotalRow


def as_plain_text(content: LetterContent) -> str:
    """Write a letter from its subject to the company data, paragraphs separated by an empty line."""
    frame = content.frame
    info = [_pair(content, label, value) for label, value in frame.info[:2]]
    blocks = [text for part in content.parts for block in part.blocks for text in _paragraphs(block, content)]
    annexes = [f"{annex.number}. {annex.title}" for annex in content.annexes]
    footer = [", ".join(column) for column in frame.footer]
    paragraphs = [
        "\n".join(info),
        content.opening,
        *blocks,
        content.closing,
        "\n".join(content.signature),
        frame.email_note,
        "\n".join([frame.annexes_label, *annexes]) if annexes else "",
        "\n".join(["--\u0020", *footer]),
    ]
    return "\n\n".join(text for text in paragraphs if text) + "\n"


def _paragraphs(block: Block, content: LetterContent) -> Iterator[str]:
    match block:
        case Paragraph(runs=runs, quote=quote):
            yield f"    {joined(runs)}" if quote else joined(runs)
        case Bullets(items=items, ordered=ordered):
            marks = (f"{number}." if ordered else "-" for number in range(1, len(items) + 1))
            yield "\n".join(f"{mark} {joined(item)}" for mark, item in zip(marks, items, strict=True))
        case Table():
            yield from _table(block, content)
        case Payment(rows=rows):
            yield "\n".join(_pair(content, label, value) for label, value in rows)


def _table(table: Table, content: LetterContent) -> Iterator[str]:
    if table.caption:
        yield table.caption
    for row in table.rows:
        yield _row(table, row, content)
    yield "\n\n".join(_total(table, total, content) for total in table.totals)


def _row(table: Table, row: tuple[Cell, ...], content: LetterContent) -> str:
    named = (
        pair
        for column, cell in zip(table.columns, row, strict=True)
        for pair in ((column.label, cell.text), (column.note, cell.note))
    )
    first, *rest = [_pair(content, label, value) for label, value in named if value] or [""]
    return "\n".join([first, *(f"  {line}" for line in rest)])


def _total(table: Table, total: TotalRow, content: LetterContent) -> str:
    filled = [(column.label, text) for column, text in zip(table.columns, total.cells, strict=True) if text]
    if len(filled) == 1:
        return _pair(content, total.label, filled[0][1])
    return "\n".join([total.label, *(f"  {_pair(content, label, text)}" for label, text in filled)])


def _pair(content: LetterContent, label: str, value: str) -> str:
    return content.frame.pair.replace("{label}", label).replace("{value}", value) if label else value


def joined(runs: tuple[Run, ...]) -> str:
    """Return runs of text without their styles."""
    return "".join(run.text for run in runs)
