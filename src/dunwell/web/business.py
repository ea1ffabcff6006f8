"""The form on a business's own settings, as the first run and the settings show it."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

import pycountry
from babel import Locale
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from dunwell.letters.compose import layout_names
from dunwell.letters.page_data import LOGO_BYTES_MAX
from dunwell.money import is_currency
from dunwell.runs import lawbook, setting_up
from dunwell.web import place
from dunwell.web.languages import LANGUAGES, spoken

_ACCOUNTS_MAX = 10
_USUAL = ("EUR", "GBP", "USD", "CHF", "RON", "PLN", "CZK", "HUF", "SEK", "DKK", "NOK", "CAD", "AUD", "JPY", "VND")


def country_names() -> list[tuple[str, str]]:
    """Every country with its name in the language of the screen, by name."""
    named = Locale.parse("en_GB" if spoken() == "en" else spoken()).territories
    codes = (country.alpha_2 for country in pycountry.countries)
    return sorted(((code, str(named.get(code, code))) for code in codes), key=lambda one: one[1])


def _jurisdictions() -> list[tuple[str, str]]:
    """The countries whose law the tables know, and the one that is set."""
    names, opened = dict(country_names()), place.workspace()
    known = dict.fromkeys((*lawbook.countries(opened), opened.creditor.jurisdiction))
    return [("", _("That of the country")), *((code, names.get(code, code)) for code in known if code)]


def _time_zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones() - {"Factory", "localtime"})]


def _forms() -> list[tuple[str, str]]:
    return [("", _("As usual in the customer's country")), *((name, name) for name in sorted(layout_names()))]


def _text(label: Any, *, needed: bool = False, help_text: Any = "", **widget: str) -> forms.CharField:
    return forms.CharField(
        label=label, required=needed, max_length=200, help_text=help_text, widget=forms.TextInput(widget)
    )


class BusinessForm(forms.Form):
    """Who writes the letters. Names of fields are table and key of the settings file."""

    creditor__name = _text(lazy("Name of the business"), needed=True, autocomplete="organization")
    creditor__street = _text(lazy("Street and number"), autocomplete="street-address")
    creditor__postcode = _text(lazy("Postcode"), autocomplete="postal-code")
    creditor__city = _text(lazy("City"), autocomplete="address-level2")
    creditor__country = forms.ChoiceField(label=lazy("Country"), choices=country_names)
    creditor__jurisdiction = forms.ChoiceField(
        label=lazy("Whose late-payment law applies"), required=False, choices=_jurisdictions
    )
    creditor__time_zone = forms.ChoiceField(label=lazy("Time zone"), choices=_time_zones)
    creditor__currency = forms.CharField(
        label=lazy("Currency"), min_length=3, max_length=3, widget=forms.TextInput({"list": "currencies"}),
        help_text=lazy("For amounts in files that name none."),
    )  # fmt: skip
    language = forms.ChoiceField(label=lazy("Language of your business"), choices=list(LANGUAGES.items()))
    creditor__phone = _text(lazy("Phone"), type="tel", autocomplete="tel")
    creditor__email = forms.EmailField(label=lazy("E-mail"), required=False, max_length=200)
    creditor__website = _text(lazy("Website"))
    creditor__tax_id = _text(lazy("VAT or tax number"))
    creditor__register_entry = _text(lazy("Register entry"))
    contact__name = _text(lazy("Contact for customers"), help_text=lazy("A person with a name; letters say it."))
    contact__phone = _text(lazy("Their phone"), type="tel")
    contact__email = forms.EmailField(label=lazy("Their e-mail"), required=False, max_length=200)
    signatory__name = _text(lazy("Who signs"))
    signatory__title = _text(lazy("Their title"))
    letterhead__form = forms.ChoiceField(label=lazy("Page form of letters"), required=False, choices=_forms)

    def clean_creditor__currency(self) -> str:
        """Take three letters of ISO 4217."""
        code = str(self.cleaned_data["creditor__currency"]).upper()
        if not is_currency(code):
            raise forms.ValidationError(_("Write three letters, such as EUR."))
        return code

    def values(self) -> dict[tuple[str, str], str]:
        """Return what was written, by table and key of the settings file."""
        return {pair_of(name): str(value) for name, value in self.cleaned_data.items()}


def pair_of(field: str) -> tuple[str, str]:
    """Return table and key of a field."""
    table, _mark, key = field.rpartition("__")
    return table, key


class AccountForm(forms.Form):
    """A bank account to pay into. Which fields are filled depends on where it is held."""

    bank_name = forms.CharField(label=lazy("Bank"), required=False, max_length=200)
    iban = forms.CharField(label=lazy("IBAN"), required=False, max_length=60)
    bic = forms.CharField(label=lazy("BIC"), required=False, max_length=20)
    currency = forms.CharField(
        label=lazy("Only for this currency"),
        required=False,
        max_length=3,
        widget=forms.TextInput({"list": "currencies"}),
    )
    holder = forms.CharField(label=lazy("Holder, if another name"), required=False, max_length=200)
    account_number = forms.CharField(label=lazy("Account number, without IBAN"), required=False, max_length=60)
    sort_code = forms.CharField(label=lazy("Sort code (UK)"), required=False, max_length=20)
    routing_number = forms.CharField(label=lazy("Routing number (US)"), required=False, max_length=20)
    bank_bin = forms.CharField(label=lazy("Bank number (Vietnam)"), required=False, max_length=20)

    def clean_iban(self) -> str:
        """Take an IBAN whose country, length and check digits are right; write it in fours."""
        text = str(self.cleaned_data["iban"])
        if not text:
            return ""
        try:
            return IBAN(text, validate_bban=True).formatted
        except SchwiftyException as error:
            raise forms.ValidationError(_("This is no valid IBAN; check its digits.")) from error

    def clean_bic(self) -> str:
        """Take a BIC of the right form."""
        text = str(self.cleaned_data["bic"])
        try:
            return str(BIC(text)) if text else ""
        except SchwiftyException as error:
            raise forms.ValidationError(_("This is no valid BIC.")) from error

    def clean_currency(self) -> str:
        """Take three letters of ISO 4217, or nothing."""
        code = str(self.cleaned_data["currency"]).upper()
        if code and not is_currency(code):
            raise forms.ValidationError(_("Write three letters, such as EUR."))
        return code

    def clean(self) -> dict[str, Any]:
        """Fill in bank and BIC from the IBAN where they were left empty."""
        said = super().clean() or {}
        iban = IBAN(said["iban"]) if said.get("iban") else None
        if iban is not None:
            said["bic"] = said.get("bic") or str(iban.bic or "")
            said["bank_name"] = said.get("bank_name") or str(iban.bank_name or "")
        elif "iban" in said and any(said.values()) and not said.get("account_number"):
            self.add_error("iban", _("Write an IBAN, or the account number where there is none."))
        return said


class LogoForm(forms.Form):
    """The picture of the letterhead."""

    logo = forms.FileField(
        label=lazy("Logo"), required=False, allow_empty_file=False,
        help_text=lazy("SVG, PNG or JPEG."),
        widget=forms.FileInput({"accept": ".svg,.png,.jpg,.jpeg,image/svg+xml,image/png,image/jpeg"}),
    )  # fmt: skip
    remove_logo = forms.BooleanField(label=lazy("Without a logo"), required=False)

    def clean_logo(self) -> "UploadedFile[Any] | None":
        """Refuse what is too large before it is read."""
        found: UploadedFile[Any] | None = self.cleaned_data["logo"]
        if found is not None and (found.size or 0) > LOGO_BYTES_MAX:
            said = _("The logo is larger than %(size)d kB; make it smaller.")
            raise forms.ValidationError(said % {"size": LOGO_BYTES_MAX // 1024})
        return found


AccountForms = forms.formset_factory(AccountForm, extra=1, max_num=_ACCOUNTS_MAX, can_delete=True)


class Business:
    """The three forms of the page together: fields, bank accounts, logo."""

    def __init__(self, request: HttpRequest) -> None:
        workspace, data = place.workspace(), request.POST if request.method == "POST" else None
        present = setting_up.settings_of(workspace)
        first = {name: present.get(pair_of(name), "") for name in BusinessForm.base_fields}
        self.form = BusinessForm(data, initial=_without_placeholders(first) | {"language": workspace.language})
        self.accounts = AccountForms(data, initial=_first_accounts(workspace), prefix="account")
        self.logo = LogoForm(data, request.FILES if data is not None else None)
        self.has_logo = bool(workspace.creditor.logo)
        self.currencies = _USUAL

    def is_valid(self) -> bool:
        """Tell whether everything can be written."""
        return all([self.form.is_valid(), self.accounts.is_valid(), self.logo.is_valid()])

    def save(self, by: str) -> list[str]:
        """Write it; return the names of what changed. Raises ``UsageError``."""
        workspace = place.workspace()
        values = self.form.values()
        picture: UploadedFile[Any] | None = self.logo.cleaned_data["logo"]
        if picture is not None:
            values["letterhead", "logo"] = setting_up.keep_logo(workspace, picture.read())
        elif self.logo.cleaned_data["remove_logo"]:
            values["letterhead", "logo"] = ""
        rows = [
            {name: value for name, value in row.items() if name != "DELETE"}
            for row in (form.cleaned_data for form in self.accounts if form.has_changed() or form.initial)
            if not row.get("DELETE") and any(value for name, value in row.items() if name != "DELETE")
        ]
        changed = setting_up.write_settings(workspace, values, rows, by, place.today())
        return changed or (["letterhead.logo"] if picture is not None else [])


def _first_accounts(workspace: Any) -> list[dict[str, str]]:
    """The accounts that are there; not the placeholder of a new workspace, which nobody should pay into."""
    found = setting_up.accounts_of(workspace)
    return [row for row in found if not any("(replace" in value for value in row.values())]


def _without_placeholders(values: Mapping[str, str]) -> dict[str, str]:
    """Leave empty what a new workspace has as a placeholder, so that nobody sends a letter with it."""
    is_new = any("(replace" in value for value in values.values())
    samples = {"Sampletown", "00000", "accounts@example.com", "www.example.com", "alex@example.com"}
    samples |= {"+00 000 000000", "+00 000 000001"}
    return {name: "" if is_new and ("(replace" in text or text in samples) else text for name, text in values.items()}
