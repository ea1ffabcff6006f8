"""Fields of forms as they are written into pages.

Django writes a field by several templates. A customer's page has forty, most of them the same for everybody: those
that nobody has filled in are written once, for each language.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from dunwell.web.once import FIELD, new_mark

register = template.Library()

KEPT_MAX = 1000
"""So many empty fields are kept, those written last."""

_kept: OrderedDict[Hashable, SafeString] = OrderedDict()
_lock = Lock()


@register.simple_tag
def written(field: BoundField) -> SafeString:
    """Write a field with its label and errors; a hidden one as it is."""
    if field.form.is_bound:
        return _written(field)
    key = _all_that_shows(field)
    with _lock:
        known = _kept.pop(key, None)
        if known is None:
            known = _written(field)
        _kept[key] = known
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
    return known


@register.simple_tag
def once() -> SafeString:
    """Write the mark with which a form does its deed once, however often it is sent."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_mark())


def _written(field: BoundField) -> SafeString:
    if field.is_hidden:
        return mark_safe(str(field))  # noqa: S308 - Django has escaped it
    return render_to_string("partials/field.html", {"field": field})


def _all_that_shows(field: BoundField) -> Hashable:
    """Return everything that an empty field is made of."""
    own, widget = field.field, field.field.widget
    texts = (field.label, field.help_text, field.value())
    return (
        get_language(),
        field.html_name,
        field.auto_id,
        own.required,
        type(widget),
        tuple(str(each) for each in texts),
        tuple((name, str(value)) for name, value in widget.attrs.items()),
        _choices(getattr(widget, "choices", ())),
    )


def _choices(choices: Any) -> Hashable:
    """What can be chosen, with headings over some of it."""
    return tuple(
        (str(value), _choices(label) if isinstance(label, (list, tuple)) else str(label)) for value, label in choices
    )
