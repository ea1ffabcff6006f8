"""Bringing files in: drop them, see what they are taken for, point where that is in doubt, import, read the outcome."""

from datetime import date
from typing import cast

from django import forms
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from dunwell.errors import UsageError
from dunwell.money import is_currency
from dunwell.runs import pointing, uploads
from dunwell.runs.uploads import Upload
from dunwell.store import queries
from dunwell.store.models import ImportBatch
from dunwell.web import place
from dunwell.web.access import screen
from dunwell.web.messages import say
from dunwell.web.paging import page_of
from dunwell.web.rerun import run_again
from dunwell.web.retelling import retold
from dunwell.web.uploading import IntoUpload
from dunwell.web.words import word

_EARLIER_ROWS = 15
_ALL_IS_THERE = 302
"""The status of an answer that leads on: the form was ours, and read to its end."""


class BankDateForm(forms.Form):
    """Through which day the payments in the files are complete, where the files do not say."""

    bank_complete_through = forms.DateField(
        label=lazy("Bank data is complete through"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


class SpellingForm(forms.Form):
    """How a file writes what its columns alone do not tell."""

    date_order = forms.ChoiceField(
        label=lazy("Dates are written"),
        required=False,
        choices=[
            ("", lazy("As the file shows")),
            ("dmy", lazy("Day, month, year")),
            ("mdy", lazy("Month, day, year")),
            ("ymd", lazy("Year, month, day")),
        ],
    )
    decimal = forms.ChoiceField(
        label=lazy("Decimals stand after"),
        required=False,
        choices=[("", lazy("As the file shows")), (",", lazy("a comma: 1.234,50")), (".", lazy("a point: 1,234.50"))],
    )
    currency = forms.CharField(
        label=lazy("Currency, where the file names none"),
        required=False,
        max_length=3,
        widget=forms.TextInput({"autocapitalize": "characters", "size": 4, "spellcheck": "false"}),
    )

    def clean_currency(self) -> str:
        """Take three letters of ISO 4217."""
        code = str(self.cleaned_data["currency"]).upper()
        if code and not is_currency(code):
            raise forms.ValidationError(_("Write three letters, such as EUR."))
        return code


@screen("clerk")
def import_(request: HttpRequest) -> HttpResponse:
    """Ask for files; what was imported before stands below."""
    earlier = ImportBatch.objects.order_by("-id")
    values = {
        "list": page_of(request, earlier, _EARLIER_ROWS),
        "bytes_max": uploads.BYTES_MAX,
        "megabytes_max": uploads.BYTES_MAX // 1024**2,
        "files_max": uploads.FILES_MAX,
        "complete_through": queries.bank_complete_through(),
    }
    return TemplateResponse(request, "import.html", values)


@csrf_exempt
@screen("clerk", "POST")
def upload(request: HttpRequest) -> HttpResponse:
    """Take files into a private folder, then show what they are.

    The handler must be in place before the form is read, and the check against forged forms reads it: so that check
    is made in here, after the person's role, and files of nobody are not even read.
    """
    made = uploads.new_upload(place.workspace())
    is_kept = False
    try:
        handler = IntoUpload(made, request)
        answer = _taken(request, handler)
        is_kept = answer.status_code == _ALL_IS_THERE and not handler.stopped_by and bool(made.files)
        if answer.status_code != _ALL_IS_THERE or is_kept:
            return answer
        say(request, _too_much(handler.stopped_by), "error")
        return redirect("import")
    finally:
        if not is_kept:
            uploads.discard(made)  # whatever stopped it: nothing half is left


def _taken(request: HttpRequest, handler: IntoUpload) -> HttpResponse:
    """Read the files to their places; the answer leads on to them, or is that of a forged form."""
    request.upload_handlers = [handler]
    try:
        return _received(request, handler.upload.token)
    except (TooManyFilesSent, RequestDataTooBig):
        handler.stopped_by = "files"
        return redirect("import")


@csrf_protect
def _received(request: HttpRequest, token: str) -> HttpResponse:
    """Read the form to its end; anything but this redirect is a refusal."""
    request.FILES  # noqa: B018 - reading it writes the files
    return redirect("import_look", token)


def _too_much(limit: str) -> str:
    if limit == "bytes":
        said = _("The files are larger than %(size)d MB together. Import them in several goes, or on the command line.")
        return said % {"size": uploads.BYTES_MAX // 1024**2}
    if limit == "files":
        said = _("These are more than %(count)d files. Put them into one ZIP.")
        return said % {"count": uploads.FILES_MAX}
    return _("No file was chosen.")


@screen("clerk")
def look(request: HttpRequest, token: str) -> HttpResponse:
    """Show what each file is taken for before anything is written; afterwards what came of it."""
    found = _upload(token)
    done = uploads.outcome(found)
    if done is not None:
        values = {
            "token": token,
            "files": _dated(done),
            "totals": _totals(done),
            "is_first": queries.latest_run() is None,
        }
        return TemplateResponse(request, "import_done.html", values)
    if not found.is_open:
        raise Http404
    files = _with_days(uploads.look(found))
    values = {
        "token": token,
        "files": files,
        "readable": sum(1 for file in files if file["tables"] or file["entries"]),
        "form": BankDateForm(),
        "has_payments": any(_has_payments(file) for file in files),
        "is_statement": uploads.says_statement(found),
        "today": place.today(),
    }
    return TemplateResponse(request, "import_look.html", values)


def _has_payments(file: uploads.Shown) -> bool:
    """Tell whether somebody must know through which day the payments of a file are complete."""
    return bool(file["entries"]) or any(table["kind"] == "payments" for table in file["tables"])


def _with_days(files: list[uploads.Shown]) -> list[uploads.Shown]:
    """Turn the days of statements, kept as text, into days again."""
    for file in files:
        through = file["complete_through"]
        file["complete_through"] = date.fromisoformat(through) if through else None
        for entry in (*file["entries"], *file["foreseen"].get("entries", ())):
            entry["booked_on"] = date.fromisoformat(entry["booked_on"])
    return files


def _dated(files: list[uploads.Shown]) -> list[uploads.Shown]:
    """Turn the days that were kept as text into days again, to be written as the reader writes them."""
    for table in (table for file in files for table in file["imported"]):
        on = table["bank_complete_through"]
        table["complete_through"] = date.fromisoformat(on) if on else None
    return files


def _totals(files: list[uploads.Shown]) -> dict[str, int]:
    tables = [table for file in files for table in file["imported"]]
    counted = {name: sum(table[name] for table in tables) for name in ("inserted", "updated", "unchanged", "removed")}
    return {**counted, "problems": sum(file["problem_count"] for file in files)}


@screen("clerk", "POST")
def take(request: HttpRequest, token: str) -> HttpResponse:
    """Import the files, then make today's run anew where there is one, so that the worklist is true."""
    found = _upload(token)
    form = BankDateForm(request.POST)
    if not form.is_valid():
        say(request, _("Write the day as a date."), "error")
        return redirect("import_look", token)
    through: date | None = form.cleaned_data["bank_complete_through"]
    if through is not None and through > place.today():
        say(request, _("Bank data cannot be complete through a day that has not come."), "error")
        return redirect("import_look", token)
    uploads.take_in(found, request.user.get_username(), through)
    run_again(request)
    return redirect("import_look", token)


@screen("clerk", "POST")
def discard(request: HttpRequest, token: str) -> HttpResponse:
    """Throw the files away; nothing was written."""
    uploads.discard(_upload(token))
    say(request, _("The files were thrown away; nothing was imported."), "notice")
    return redirect("import")


@screen("clerk", "POST")
def statement(request: HttpRequest, token: str) -> HttpResponse:
    """Take doubtful tables for exports of a bank."""
    found = _upload(token)
    uploads.say_statement(found, is_statement=request.POST.get("is_statement") == "yes")
    return redirect("import_look", token)


@screen("clerk", "GET", "POST")
def columns(request: HttpRequest, token: str) -> HttpResponse:
    """Point at what each column of a file is."""
    found = _upload(token)
    source = request.GET.get("file", "")
    layout = pointing.layout_of(found, source, request.GET.get("kind", ""))
    form = SpellingForm(request.POST or None, initial={"currency": layout.currency})
    chosen = _chosen(request, layout) if request.method == "POST" else dict(layout.guessed)
    if request.method == "POST" and form.is_valid():
        try:
            _require_once(request, layout)
            pointing.point(found, layout, pointing.Pointed(layout.kind, chosen, **form.cleaned_data))
        except UsageError as error:
            say(request, retold(str(error)), "error")
        else:
            return redirect("import_look", token)
    return TemplateResponse(request, "import_columns.html", _pointing_values(layout, form, chosen, token, source))


def _chosen(request: HttpRequest, layout: pointing.Layout) -> dict[str, str]:
    """What each column was said to be: the canonical names, each with its header."""
    said = ((request.POST.get(f"column_{number}", ""), header) for number, header in enumerate(layout.headers))
    return {name: header for name, header in said if name in pointing.FIELDS[layout.kind]}


def _require_once(request: HttpRequest, layout: pointing.Layout) -> None:
    said = [name for number in range(len(layout.headers)) if (name := request.POST.get(f"column_{number}", ""))]
    twice = next((name for name in said if said.count(name) > 1), "")
    if twice:
        raise UsageError(_("Two columns are said to be the same thing: %(name)s.") % {"name": word(twice, "column")})


def _pointing_values(
    layout: pointing.Layout, form: SpellingForm, chosen: dict[str, str], token: str, source: str
) -> dict[str, object]:
    names = {header: name for name, header in chosen.items()}
    columns = [
        {"field": f"column_{number}", "header": header, "is": names.get(header, "")}
        for number, header in enumerate(layout.headers)
    ]
    kinds = [(kind, urlencode({"file": source, "kind": kind})) for kind in pointing.KINDS]
    return {
        "layout": layout, "columns": columns, "fields": pointing.FIELDS[layout.kind], "kinds": kinds, "form": form,
        "token": token, "needed": _NEEDED[layout.kind],
    }  # fmt: skip


_NEEDED = {
    "customers": lazy("Needed are a name, and an account number or an address."),
    "invoices": lazy("Needed are the invoice number, the customer, the amount, and the due date or terms."),
    "payments": lazy("Needed are a payment reference, the date, the amount, and the customer or the invoice."),
}  # fmt: skip


@screen("clerk")
def rejects(request: HttpRequest, token: str, number: int) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """The rows that did not go in, to be corrected and imported."""
    found = uploads.rejects_of(_upload(token), number)
    if found is None:
        raise Http404
    answer = FileResponse(found.open("rb"), as_attachment=True, filename=found.name, content_type="text/csv")
    return cast("HttpResponse", answer)  # a streamed answer, of which Django says that it is no HttpResponse


def _upload(token: str) -> Upload:
    found = uploads.upload_named(place.workspace(), token)
    if found is None:
        raise Http404
    return found


URLS = [
    path("import", import_, name="import"),
    path("import/files", upload, name="import_upload"),
    path("import/<str:token>", look, name="import_look"),
    path("import/<str:token>/columns", columns, name="import_columns"),
    path("import/<str:token>/statement", statement, name="import_statement"),
    path("import/<str:token>/take", take, name="import_take"),
    path("import/<str:token>/discard", discard, name="import_discard"),
    path("import/<str:token>/rejects/<int:number>.csv", rejects, name="import_rejects"),
]
