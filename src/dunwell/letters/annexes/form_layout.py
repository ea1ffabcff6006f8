"""Where the fields of a form stand on its sheet: in millimetres from the top left corner."""

from collections.abc import Sequence
from dataclasses import dataclass

from dunwell.letters.content import FormField

_TOP_MM = 66
_GUTTER_MM = 6
_LABEL_MM = 4
_LINE_MM, _MORE_LINES_MM, _GAP_MM = 7.0, 6.0, 3.2


@dataclass(frozen=True, slots=True)
class FieldBox:
    """A field with its place; the box to write in begins ``label_height`` below ``y``."""

    name: str
    label: str
    x: float
    y: float
    width: float
    height: float
    label_height: float = _LABEL_MM
    lines: int = 1


def field_boxes(fields: Sequence[FormField], left_mm: float, width_mm: float, bottom_mm: float) -> list[FieldBox]:
    """Set the fields one below the other; those of half width stand two and two.

    Where they would pass ``bottom_mm``, boxes and gaps become lower together; labels stay as they are.
    """
    boxes, end = _set(fields, left_mm, width_mm, 1.0)
    if end <= bottom_mm or not fields:
        return boxes
    labels = len({box.y for box in boxes}) * _LABEL_MM
    return _set(fields, left_mm, width_mm, (bottom_mm - _TOP_MM - labels) / (end - _TOP_MM - labels))[0]


def _set(fields: Sequence[FormField], left_mm: float, width_mm: float, share: float) -> tuple[list[FieldBox], float]:
    """Return the boxes at ``share`` of their height, and where the last of them ends."""
    boxes: list[FieldBox] = []
    y, end, second = float(_TOP_MM), float(_TOP_MM), False
    half = (width_mm - _GUTTER_MM) / 2
    for field in fields:
        if second and not field.half:
            y, second = end, False
        x = left_mm + (half + _GUTTER_MM if second else 0)
        height = (_LINE_MM + _MORE_LINES_MM * (field.lines - 1)) * share
        width = half if field.half else width_mm
        boxes.append(FieldBox(field.name, field.label, x, y, width, height, lines=field.lines))
        end = y + _LABEL_MM + height + _GAP_MM * share
        if second or not field.half:
            y = end
        second = field.half and not second
    return boxes, end
