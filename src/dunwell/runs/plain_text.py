"""A letter's content as plain text, for the terminal."""

from collections.abc import Iterator

from dunwell.letters.content import Block, Bullets, LetterContent, Paragraph, Payment, Run, Table


def as_text(content: LetterContent) -> str:
    """Write a letter as it reads, without its typography."""
    lines = [*content.frame.address, "", content.frame.dated, "", content.subject, "", content.opening, ""]
    for part in content.parts:
        for block in part.blocks:
            lines += [*_block_lines(block), ""]
    return "\n".join([*lines, content.closing, *content.signature, ""])


def _block_lines(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(runs=runs):
            yield _joined(runs)
        case Bullets(items=items):
            yield from (f"- {_joined(item)}" for item in items)
        case Table():
            yield from _table_lines(block)
        case Payment(rows=rows):
            yield from (f"{label}: {value}" for label, value in rows)


def _table_lines(table: Table) -> Iterator[str]:
    yield " | ".join(column.label for column in table.columns)
    for row in table.rows:
        yield " | ".join(cell.text for cell in row)
    for total in table.totals:
        yield " | ".join([total.label, *(cell for cell in total.cells if cell)])


def _joined(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs)
