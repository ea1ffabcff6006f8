"""Today: what there is to do, and doing it."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from dunwell.runs.demo import DEMO_ON
from dunwell.store.models import Exclusion, ImportBatch, Letter

HOLD = "1003-20261120-hold-EUR"


def rows(client: Client, query: str = "") -> str:
    return client.get(f"/{query}").content.decode()


def test_the_most_urgent_and_the_most_money_stand_first(client_as: Callable[[str], Client]) -> None:
    text = rows(client_as("viewer"))
    order = [text.index(name) for name in ("Domaine des Trois Ormeaux", "Sektkellerei Auenfried", "Blue Heron Cellars")]
    assert order == sorted(order)
    assert "33" in text
    assert "EUR 9,045.74" in text.replace("\u00a0", " ")


def test_a_kind_of_work_can_be_chosen_and_a_customer_found(client_as: Callable[[str], Client]) -> None:
    client = client_as("viewer")
    assert "Blue Heron" in rows(client, "?action=refer")
    assert "Domaine" not in rows(client, "?action=refer")
    found = rows(client, "?q=blue+heron")
    assert "Blue Heron" in found
    assert "Domaine" not in found


def test_only_the_list_is_exchanged_while_somebody_types(client_as: Callable[[str], Client]) -> None:
    part = client_as("viewer").get("/?q=blue", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "Blue Heron" in part


def test_a_hostile_name_is_shown_as_it_is(client_as: Callable[[str], Client]) -> None:
    assert "#let x = 1 &amp; Söhne &lt;GmbH&gt;" in rows(client_as("viewer"), "?q=1011")


def test_a_batch_is_summed_up_before_it_is_approved(client_as: Callable[[str], Client]) -> None:
    client = client_as("approver")
    chosen = {"letter": [HOLD, "1008-20261120-third-request-USD"]}
    summary = client.post("/today/approve", chosen).content.decode().replace("\u00a0", " ")
    assert "2 letters will be approved" in summary
    assert "EUR 9,045.74" in summary
    assert "USD 3,382.50" in summary
    assert Letter.objects.filter(state="approved").count() == 0
    client.post("/today/approve", {**chosen, "confirmed": "1"})
    assert set(Letter.objects.filter(state="approved").values_list("reference", "approved_by")) == {
        (HOLD, "approver"),
        ("1008-20261120-third-request-USD", "approver"),
    }


def test_old_bank_data_switches_approval_off_and_says_what_to_import(client_as: Callable[[str], Client]) -> None:
    ImportBatch.objects.update(bank_complete_through=DEMO_ON - timedelta(days=9))
    client = client_as("approver")
    assert "Bank data is complete only through 11 Nov 2026." in rows(client)
    client.post(f"/letter/{HOLD}/approve")
    assert Letter.objects.get(reference=HOLD).state == "draft"


def test_a_customer_is_snoozed_until_a_day_with_a_reason(client_as: Callable[[str], Client]) -> None:
    client, until = client_as("clerk"), DEMO_ON + timedelta(days=5)
    client.post("/snooze/1003", {"until_on": until.isoformat(), "reason": "a director is ill"})
    kept = Exclusion.objects.get()
    assert (kept.account.account_number, kept.until_on) == ("1003", until)
    assert Letter.objects.get(reference=HOLD).state == "cancelled"
    assert "Domaine" not in rows(client)


def test_a_snooze_without_a_reason_is_refused(client_as: Callable[[str], Client]) -> None:
    client = client_as("clerk")
    said = client.post("/snooze/1003", {"until_on": "2026-11-30", "reason": " "}, follow=True).content.decode()
    assert "Say until which day, and why." in said
    assert Exclusion.objects.count() == 0
