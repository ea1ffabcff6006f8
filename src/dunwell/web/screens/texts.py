"""The owner's own letter texts: edit with the linter beside, see a sample, go back to ours."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from dunwell.errors import RenderError
from dunwell.letters.email import as_html
from dunwell.runs.text_editing import check_text, keep_text, sample_letter, take_back, text_file, text_files
from dunwell.web import place
from dunwell.web.access import screen
from dunwell.web.messages import say


@screen("viewer")
def texts(request: HttpRequest) -> HttpResponse:
    """List every text in every language; the owner's own are marked."""
    return TemplateResponse(request, "texts.html", {"kinds": text_files(place.workspace())})


@screen("approver", "GET", "POST")
def text(request: HttpRequest, language: str, kind: str) -> HttpResponse:
    """Edit one text."""
    opened = place.workspace()
    found = text_file(opened, language, kind)
    if request.method == "POST":
        problems = keep_text(opened, language, kind, request.POST.get("source", ""), request.user.get_username())
        if problems:
            say(
                request,
                _("Kept, with problems: letters of this text cannot be approved until they are mended."),
                "notice",
            )
        else:
            say(request, _("The text was kept."))
        return redirect("text", language, kind)
    values = {"text": found, "problems": check_text(opened, language, kind, found.source)}
    return TemplateResponse(request, "text.html", values)


@screen("approver", "POST")
def check(request: HttpRequest, language: str, kind: str) -> HttpResponse:
    """Say what the linter finds in a text that is being written; nothing is kept."""
    problems = check_text(place.workspace(), language, kind, request.POST.get("source", ""))
    return TemplateResponse(request, "partials/text_problems.html", {"problems": problems})


@screen("approver", "POST")
def sample(request: HttpRequest, language: str, kind: str) -> HttpResponse:
    """Show a sample letter as the text would write it; nothing in it can run."""
    try:
        answer = HttpResponse(as_html(sample_letter(language, kind, request.POST.get("source", ""))))
    except RenderError as error:
        return HttpResponse(str(error), "text/plain; charset=utf-8", status=422)
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
    )
    return answer


@screen("approver", "POST")
def back_to_ours(request: HttpRequest, language: str, kind: str) -> HttpResponse:
    """Use our text again."""
    take_back(place.workspace(), language, kind, request.user.get_username())
    say(request, _("Our text is used again; yours was put aside."))
    return redirect("text", language, kind)


URLS = [
    path("texts", texts, name="texts"),
    path("text/<str:language>/<str:kind>", text, name="text"),
    path("text/<str:language>/<str:kind>/check", check, name="text_check"),
    path("text/<str:language>/<str:kind>/sample", sample, name="text_sample"),
    path("text/<str:language>/<str:kind>/ours", back_to_ours, name="text_ours"),
]
