"""Making today's run anew after something has come in that it would decide by."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from dunwell.errors import DunwellError
from dunwell.runs.nightly import run_day
from dunwell.store import queries
from dunwell.web import place
from dunwell.web.messages import say


def run_again(request: HttpRequest) -> None:
    """Make the worklist true again where there is one; what was recorded stands even when the run is refused."""
    if queries.latest_run() is None:
        return
    try:
        run_day(place.workspace(), place.today())
    except DunwellError as error:
        said = _("It is recorded, but today's run could not be made: %(why)s")
        say(request, said % {"why": error}, "error")
