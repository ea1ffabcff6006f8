"""What a person may fill in about a customer. Amounts are read by the services, in the currency they are in."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django import forms
from django.forms.utils import flatatt
from django.utils.functional import lazy as when_shown
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from dunwell.money import grouped
from dunwell.web.languages import spoken

TEXT_MAX = 2000
SHORT_MAX = 200

OUTCOMES = (
    ("promised", pgettext_lazy("outcome of a call", "They promised to pay")),
    ("disputed", pgettext_lazy("outcome of a call", "They dispute something")),
    ("answered", pgettext_lazy("outcome of a call", "They gave another answer")),
    ("called_us", pgettext_lazy("outcome of a call", "They called us")),
    ("asked", pgettext_lazy("outcome of a call", "We asked for payment, nothing else came of it")),
    ("no_answer", pgettext_lazy("outcome of a call", "Nobody answered")),
    ("message_left", pgettext_lazy("outcome of a call", "We left a message")),
    ("wrong_number", pgettext_lazy("outcome of a call", "Wrong number")),
)
CHANNELS = (
    ("email", lazy("by e-mail")),
    ("letter", lazy("by post")),
    ("portal", lazy("by the link in a letter")),
    ("visit", lazy("in person")),
)
OFFERS = (("longer_line", lazy("A longer credit line")), ("discount", lazy("A discount for settling soon")))


class OneOf(forms.Select):
    """A choice among many, written at once: Django uses a template for each, and a customer may have 1,000 invoices."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        """Write the element; ``value`` is what is chosen."""
        chosen = "" if value is None else str(value)
        marked = ((one, mark_safe(" selected") if str(one) == chosen else "", label) for one, label in self.choices)
        options = format_html_join("", '<option value="{}"{}>{}</option>', marked)
        own = flatatt({**self.build_attrs(self.attrs, attrs), "name": name})
        return format_html("<select{}>{}</select>", own, options)


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """Return a field for a day, with the browser's own calendar."""
    picker = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, help_text=help_text, widget=picker)


def _written_example() -> str:
    """An amount in the notation of the language in which the field is shown."""
    example = Decimal("1234.50")
    return str(format_decimal(example, format=grouped("#,##0.00", example, spoken()), locale=spoken()))


_example = when_shown(_written_example, str)


def amount_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    """Return a field for an amount, as a person writes it: 1,234.50."""
    typed = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "placeholder": _example()})
    return forms.CharField(label=label, required=required, max_length=40, help_text=help_text, widget=typed)


def text_field(label: Any, *, required: bool = False) -> forms.CharField:
    """Return a field for some sentences."""
    return forms.CharField(
        label=label, required=required, max_length=TEXT_MAX, widget=forms.Textarea(attrs={"rows": 2})
    )


def short_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    """Return a field for one line."""
    return forms.CharField(label=label, required=required, max_length=SHORT_MAX, help_text=help_text)


def currency_field() -> forms.ChoiceField:
    """Return the field for the currency; hidden where there is only one (:func:`fit`)."""
    return forms.ChoiceField(label=lazy("Currency"), required=False)


def invoice_field() -> forms.ChoiceField:
    """Return the field for one of the customer's open invoices."""
    return forms.ChoiceField(label=lazy("Invoice"), required=False, widget=OneOf)


def fit(form: forms.Form, currencies: Sequence[str], invoices: Sequence[tuple[str, str]]) -> forms.Form:
    """Let a form choose among the customer's own currencies and open invoices."""
    currency = form.fields.get("currency")
    if isinstance(currency, forms.ChoiceField):
        currency.choices = [(code, code) for code in currencies]
        if len(currencies) < 2:
            currency.widget = forms.HiddenInput()
            currency.initial = next(iter(currencies), "")
    invoice = form.fields.get("invoice")
    if isinstance(invoice, forms.ChoiceField):
        invoice.choices = [("", lazy("All of the account")), *invoices]
    return form


class CallForm(forms.Form):
    """A call: what came of it, and the promise or dispute that follows."""

    outcome = forms.ChoiceField(label=lazy("What came of it"), choices=OUTCOMES)
    spoke_with = short_field(lazy("Spoken with"))
    note = text_field(lazy("What was said"))
    until_on = day_field(lazy("Promised for"), required=False, help_text=lazy("Only for a promise."))
    amount = amount_field(lazy("Amount promised or disputed"), help_text=lazy("Empty: all of it."))
    invoice = invoice_field()
    currency = currency_field()


class ReplyForm(forms.Form):
    """An answer that came in writing or in person."""

    channel = forms.ChoiceField(label=lazy("How it came"), choices=CHANNELS)
    note = text_field(lazy("What was answered"), required=True)
    invoice = invoice_field()
    currency = currency_field()


class NoteForm(forms.Form):
    """Something worth remembering."""

    text = text_field(lazy("Note"), required=True)


class PromiseForm(forms.Form):
    """A day and an amount that were promised."""

    until_on = day_field(lazy("Will pay by"))
    amount = amount_field(lazy("Amount"), help_text=lazy("Empty: all that is past due."))
    invoice = invoice_field()
    note = text_field(lazy("What was said"))
    evidence = short_field(lazy("Proof"), help_text=lazy("A letter's reference, an e-mail, a call."))
    currency = currency_field()


class DisputeForm(forms.Form):
    """What the customer says is wrong."""

    invoice = invoice_field()
    amount = amount_field(lazy("Disputed part"), help_text=lazy("Empty: the whole invoice."))
    note = text_field(lazy("What is wrong"), required=True)
    evidence = short_field(lazy("Proof"), help_text=lazy("A letter's reference, an e-mail, a call."))
    currency = currency_field()


class ExcludeForm(forms.Form):
    """An account or an invoice that is left alone."""

    reason = short_field(lazy("Why"), required=True)
    until_on = day_field(lazy("Leave alone until"), required=False, help_text=lazy("Empty: until somebody ends it."))
    invoice = invoice_field()
    currency = currency_field()


class ReasonForm(forms.Form):
    """Why something is done; it is kept."""

    reason = short_field(lazy("Why"), required=True)
    currency = currency_field()


class StatementForm(forms.Form):
    """Which account a statement is of: one currency."""

    currency = currency_field()


class OrderForm(forms.Form):
    """An order on credit."""

    order_number = short_field(lazy("Order number"), required=True)
    amount = amount_field(lazy("Amount"), required=True)
    currency = currency_field()
    note = short_field(lazy("What was ordered"))


class CheckForm(forms.Form):
    """An amount for which somebody wants to buy."""

    amount = amount_field(lazy("Order amount"), required=True)
    currency = currency_field()


class ApplicationForm(forms.Form):
    """A credit limit that the customer asks for."""

    amount = amount_field(lazy("Credit limit asked for"), required=True)
    currency = currency_field()
    note = text_field(lazy("Note"))


class OfferForm(forms.Form):
    """What is offered beside a plan; the terms are the policy's."""

    kind = forms.ChoiceField(label=lazy("Offer"), choices=OFFERS)
    note = text_field(lazy("Note"))
    currency = currency_field()


class PlanForm(forms.Form):
    """A payment plan as a person wants it; what is left out follows the policy."""

    currency = currency_field()
    instalments = forms.IntegerField(label=lazy("Instalments"), min_value=1, max_value=120, required=False)
    first_on = day_field(lazy("First instalment on"), required=False)
    interest = forms.DecimalField(
        label=lazy("Interest, percent a year"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        required=False,
    )
    against_policy = forms.BooleanField(label=lazy("Offer it although the policy would not"), required=False)
    reason = short_field(lazy("Why"), help_text=lazy("Needed when it differs from the policy; it is kept."))


class ReferralForm(forms.Form):
    """To whom a debt is to be handed."""

    currency = currency_field()
    option = forms.ChoiceField(label=lazy("To whom"))
    against_test = forms.BooleanField(label=lazy("Although the test speaks against it"), required=False)
    note = text_field(lazy("Why"))
