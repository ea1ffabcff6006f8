"""Letters: the list, and one letter beside its reasons."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dunwell.errors import DunwellError
from dunwell.letters.content import LetterContent
from dunwell.letters.email import as_html, email_subject
from dunwell.runs import approving, desk_letters
from dunwell.runs.annexes import content_files
from dunwell.runs.called import accounts_called
from dunwell.runs.desk import Desk
from dunwell.runs.kept import moment
from dunwell.runs.letter_page import letter_page
from dunwell.runs.plain_text import as_text
from dunwell.runs.rendering import content_of, email_bytes, safe_name
from dunwell.store import queries
from dunwell.store.lookups import approved_on
from dunwell.store.models import LETTER_STATES, Letter
from dunwell.web import place
from dunwell.web.access import screen
from dunwell.web.batches import mark_each_sent
from dunwell.web.customer_forms import day_field
from dunwell.web.languages import LANGUAGES, manner
from dunwell.web.messages import say
from dunwell.web.middleware import back
from dunwell.web.paging import page_of, wants_part
from dunwell.web.typesetting import alone, pages_of, pdf_of

_STATES = ("draft", "approved", "sent", "bounced", "uncertain", "cancelled")


class FormForm(forms.Form):
    """In which language and by which channel a draft goes."""

    language = forms.ChoiceField(label=lazy("Language of the letter"), choices=list(LANGUAGES.items()))
    channel = forms.ChoiceField(label=lazy("Goes by"), choices=[("email", lazy("E-mail")), ("post", lazy("Post"))])


class SentForm(forms.Form):
    """On which day letters really went out."""

    on = day_field(lazy("Gone out on"))


@screen("viewer")
def letters(request: HttpRequest) -> HttpResponse:
    """List letters by state, newest first."""
    state = request.GET.get("state", "draft")
    found = queries.letters(states=(state,) if state in LETTER_STATES else ()).order_by("-id")
    words = request.GET.get("q", "").strip()
    if words:
        called = accounts_called(moment(place.workspace()), words)
        found = found.filter(account__in=called) | found.filter(reference__icontains=words)
    values = {"list": page_of(request, found), "state": state, "states": _STATES, "words": words, "sent": _sent_form()}
    part = wants_part(request)
    return TemplateResponse(request, "partials/letters.html" if part else "letters.html", values)


@screen("approver", "POST")
def mark_sent_many(request: HttpRequest) -> HttpResponse:
    """Record that the chosen approved letters have gone out, on the day that is said."""
    references = set(request.POST.getlist("letter"))
    chosen = [letter for letter in queries.letters(states=("approved",)) if letter.reference in references]
    desk = _desk_of_sending(request, chosen)
    if desk is None:
        return redirect(back(request))
    done = mark_each_sent(desk, chosen)
    return TemplateResponse(request, "sent.html", {"done": done})


@screen("viewer")
def letter(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a letter beside the reasons for it: what it says, what fired, what was asked before."""
    found = _letter(reference)
    desk = place.desk_for(request.user.get_username())
    page = letter_page(desk, found, manner())
    content = page.content
    values = {
        "letter": found,
        "content": content,
        "problem": page.problem,
        "why": page.why,
        "faults": page.faults,
        "past": page.past,
        "history": found.transitions.order_by("id"),
        "sent": _sent_form(),
        "form": FormForm(initial={"language": found.language, "channel": found.channel}),
        "pages": range(1, len(pages_of(content)) + 1) if content else (),
        "subject": email_subject(content) if content else "",
        "text": as_text(content) if content else "",
        "annexes": content.annexes if content else (),
    }
    return TemplateResponse(request, "letter.html", values)


def _content(request: HttpRequest, found: Letter) -> tuple[LetterContent | None, str]:
    try:
        return content_of(place.desk_for(request.user.get_username()), found), ""
    except DunwellError as error:
        return None, str(error)


@screen("viewer")
def page_image(request: HttpRequest, reference: str, page: int) -> HttpResponse:
    """One page of a letter as a picture."""
    content, problem = _content(request, _letter(reference))
    pages = pages_of(content) if content else []
    if problem or not 1 <= page <= len(pages):
        raise Http404
    return HttpResponse(pages[page - 1], "image/png")


@screen("viewer")
def pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The letter as an archival PDF, annexed files inside it."""
    found = _letter(reference)
    desk = place.desk_for(request.user.get_username())
    content = content_of(desk, found)
    response = HttpResponse(pdf_of(content, content_files(desk, content).sheets), "application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{safe_name(found.reference)}.pdf"'
    return response


@screen("viewer")
def email(request: HttpRequest, reference: str) -> HttpResponse:
    """The letter as its e-mail shows it; nothing in it can run or ask another server for anything."""
    content, problem = _content(request, _letter(reference))
    if content is None:
        return HttpResponse(problem, "text/plain; charset=utf-8", status=409)
    response = HttpResponse(as_html(content))
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
    )
    return response


@screen("viewer")
def message(request: HttpRequest, reference: str) -> HttpResponse:
    """The letter as an e-mail message to download."""
    found = _letter(reference)
    desk = place.desk_for(request.user.get_username())
    content = content_of(desk, found)
    with alone():
        data = email_bytes(desk, found, content, content_files(desk, content))
    response = HttpResponse(data, "message/rfc822")
    response.headers["Content-Disposition"] = f'attachment; filename="{safe_name(found.reference)}.eml"'
    return response


@screen("approver", "POST")
def approve(request: HttpRequest, reference: str) -> HttpResponse:
    """Approve one draft; it is checked again in this moment."""
    found = _letter(reference)
    approving.approve(place.desk_for(request.user.get_username()), found)
    say(request, _("Letter %(reference)s is approved.") % {"reference": found.reference})
    return redirect(back(request))


@screen("approver", "POST")
def mark_sent(request: HttpRequest, reference: str) -> HttpResponse:
    """Record that an approved letter has gone out, on the day that is said."""
    found = _letter(reference)
    desk = _desk_of_sending(request, [found])
    if desk is None:
        return redirect(back(request))
    approving.mark_sent(desk, found)
    say(request, _("Letter %(reference)s is marked as sent.") % {"reference": found.reference})
    return redirect(back(request))


def _sent_form() -> SentForm:
    return SentForm(initial={"on": place.today()})


def _desk_of_sending(request: HttpRequest, letters: Sequence[Letter]) -> Desk | None:
    """Return the desk as of the day on which letters went out, today unless one is said.

    ``None`` when it cannot have been that day, which is then said. While bank data is stale today nothing is marked,
    whatever the day.
    """
    desk = place.desk_for(request.user.get_username())
    form = SentForm({"on": request.POST.get("on") or place.today().isoformat()})
    if not form.is_valid():
        say(request, _("Write the day as a date."), "error")
        return None
    on: date = form.cleaned_data["on"]
    if on > desk.as_of or any(on < approved_on(letter) for letter in letters):
        say(request, _("A letter goes out on or after the day of its approval, and not later than today."), "error")
        return None
    if on != desk.as_of:
        for letter in letters:
            approving.require_fresh(desk, letter)
    return replace(desk, as_of=on)


@screen("clerk", "POST")
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Cancel a letter that has not gone out; its step can be taken again."""
    found = _letter(reference)
    reason = request.POST.get("reason", "").strip()
    if not reason:
        say(request, _("Say why the letter is cancelled; the reason is kept with it."), "error")
        return redirect(back(request))
    approving.cancel(place.desk_for(request.user.get_username()), found, reason)
    say(request, _("Letter %(reference)s is cancelled.") % {"reference": found.reference})
    return redirect(back(request))


@screen("clerk", "POST")
def change_form(request: HttpRequest, reference: str) -> HttpResponse:
    """Give a draft another language or channel."""
    found = _letter(reference)
    form = FormForm(request.POST)
    if form.is_valid():
        desk = place.desk_for(request.user.get_username())
        desk_letters.change_form(desk, found, form.cleaned_data["language"], form.cleaned_data["channel"])
        say(request, _("The draft was changed."))
    return redirect(back(request))


def _letter(reference: str) -> Letter:
    found = queries.letter_by(reference)
    if found is None:
        raise Http404
    return found


URLS = [
    path("letters", letters, name="letters"),
    path("letters/sent", mark_sent_many, name="letters_sent"),
    path("letter/<str:reference>/page/<int:page>.png", page_image, name="letter_page"),
    path("letter/<str:reference>/letter.pdf", pdf, name="letter_pdf"),
    path("letter/<str:reference>/email.html", email, name="letter_email"),
    path("letter/<str:reference>/message.eml", message, name="letter_message"),
    path("letter/<str:reference>/approve", approve, name="letter_approve"),
    path("letter/<str:reference>/sent", mark_sent, name="letter_sent"),
    path("letter/<str:reference>/cancel", cancel, name="letter_cancel"),
    path("letter/<str:reference>/form", change_form, name="letter_form"),
    path("letter/<str:reference>", letter, name="letter"),
]
