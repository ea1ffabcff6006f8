"""Whose payment is it: the cases of the trade as a table, and the promise that a sure match is never a wrong one."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.sources.contract import BANK_ENTRY
from dunwell.sources.matching import (
    MATCH_ACCOUNTS,
    OPEN_INVOICES,
    PAYERS,
    Matches,
    Rules,
    Tolerance,
    match,
    payments_of,
    proposals_frame,
)
from dunwell.sources.matching.numbers import Found, find

INVOICES = [
    # number, account, currency, gross, open, due, printed reference
    ("INV-2026-0041", "C100", "EUR", 119000, 119000, date(2026, 1, 10), "RF18539007547034"),
    ("INV-2026-0042", "C100", "EUR", 25000, 25000, date(2026, 1, 20), None),
    ("INV-2026-0043", "C200", "EUR", 25000, 25000, date(2026, 1, 25), None),
    ("INV-2026-0044", "C200", "EUR", 8050, 8050, date(2026, 2, 1), None),
    ("INV-2026-0030", "C200", "EUR", 40000, 0, date(2025, 12, 1), None),
    ("1007", "C300", "EUR", 61700, 61700, date(2026, 2, 1), None),
    ("202601", "C300", "EUR", 33300, 33300, date(2026, 2, 1), None),
    ("900123", "C300", "CHF", 45000, 45000, date(2026, 2, 1), "210000000003139471430009017"),
]
ACCOUNTS = [("C100", "Aurora Glas GmbH"), ("C200", "Blue Harbour Ltd"), ("C300", "Müller & Söhne KG")]
KNOWN = [("DE89370400440532013000", "", "C100", 2, False, date(2026, 1, 5))]


def entry(reference: object = "E1", **given_values: object) -> dict[str, object]:
    row: dict[str, object] = {
        "entry_reference": reference,
        "bank_account": "DE02120300000000202051",
        "booked_on": date(2026, 2, 3),
        "valued_on": date(2026, 2, 3),
        "currency": "EUR",
        "amount_minor": 25000,
        "direction": "in",
        "is_reversal": False,
        "payer_name": None,
        "payer_account": None,
        "structured_reference": None,
        "remittance": None,
        "end_to_end_id": None,
        "extra": None,
        "source_line": 1,
    }
    return row | given_values


def matched(*entries: dict[str, object], tolerance: Tolerance | None = None) -> Matches:
    return match(
        pl.DataFrame(list(entries), schema=BANK_ENTRY),
        pl.DataFrame(INVOICES, schema=OPEN_INVOICES, orient="row"),
        pl.DataFrame(ACCOUNTS, schema=MATCH_ACCOUNTS, orient="row"),
        pl.DataFrame(KNOWN, schema=PAYERS, orient="row"),
        Rules(tolerance or Tolerance()),
    )


def best(matches: Matches) -> tuple[str, str, list[str | None]] | None:
    if not matches.proposals:
        return None
    first = matches.proposals[0]
    return first.sureness, first.account_number, [part.invoice_number for part in first.parts]


@pytest.mark.parametrize(
    ("case", "said", "expected"),
    [
        ("the printed RF reference and the exact amount",
         {"structured_reference": "RF18539007547034", "amount_minor": 119000}, ("sure", "C100", ["INV-2026-0041"])),
        ("the printed RF reference in free text, with spaces",
         {"remittance": "Zahlung RF18 5390 0754 7034 danke", "amount_minor": 119000},
         ("sure", "C100", ["INV-2026-0041"])),
        ("the printed reference and a part of the amount",
         {"structured_reference": "RF18539007547034", "amount_minor": 50000}, ("sure", "C100", ["INV-2026-0041"])),
        ("the Swiss reference of an invoice in francs",
         {"structured_reference": "210000000003139471430009017", "amount_minor": 45000, "currency": "CHF"},
         ("sure", "C300", ["900123"])),
        ("the number as written and the exact amount",
         {"remittance": "Rechnung INV-2026-0042", "payer_name": "Aurora Glas"}, ("sure", "C100", ["INV-2026-0042"])),
        ("the number from nobody knows whom, and the exact amount, which no other invoice has",
         {"remittance": "Rechnung INV-2026-0044", "amount_minor": 8050}, ("sure", "C200", ["INV-2026-0044"])),
        ("the number from nobody knows whom, and an amount that another invoice has, too",
         {"remittance": "Rechnung INV-2026-0042"}, ("likely", "C100", ["INV-2026-0042"])),
        ("the number without its signs",
         {"remittance": "inv20260042", "payer_name": "Aurora Glas"}, ("sure", "C100", ["INV-2026-0042"])),
        ("two numbers joined, and their sum",
         {"remittance": "INV20260043INV20260044", "amount_minor": 33050},
         ("sure", "C200", ["INV-2026-0043", "INV-2026-0044"])),
        ("the number in the end-to-end id of our own direct debit",
         {"end_to_end_id": "INV-2026-0042", "payer_name": "Aurora Glas"}, ("sure", "C100", ["INV-2026-0042"])),
        ("a short number with the exact amount and nothing else",
         {"remittance": "Re 1007", "amount_minor": 61700}, ("likely", "C300", ["1007"])),
        ("a short number with the exact amount from a payer of the customer's name",
         {"remittance": "Re 1007", "amount_minor": 61700, "payer_name": "Mueller und Soehne KG"},
         ("sure", "C300", ["1007"])),
        ("a number within a longer one",
         {"remittance": "Kd 5100799", "amount_minor": 61700}, ("possible", "C300", ["1007"])),
        ("a number that may be a month, and the exact amount",
         {"remittance": "rent 2026/01", "amount_minor": 33300}, ("likely", "C300", ["202601"])),
        ("the number of one customer from a payer called like another who owes the same",
         {"remittance": "INV-2026-0043", "payer_name": "Aurora Glas GmbH"}, ("likely", "C200", ["INV-2026-0043"])),
        ("the number, but less than is open",
         {"remittance": "INV-2026-0042", "amount_minor": 20000}, ("likely", "C100", ["INV-2026-0042"])),
        ("the number, but more than is open",
         {"remittance": "INV-2026-0042", "amount_minor": 30000}, ("likely", "C100", ["INV-2026-0042", None])),
        ("numbers of two customers",
         {"remittance": "INV-2026-0042 INV-2026-0043", "amount_minor": 50000},
         ("likely", "C100", ["INV-2026-0042", None])),
        ("the number of one customer from the bank account of another",
         {"remittance": "INV-2026-0043", "payer_account": "DE89 3704 0044 0532 0130 00"},
         ("likely", "C200", ["INV-2026-0043"])),
        ("a known payer and the only invoice of this amount",
         {"payer_account": "DE89370400440532013000"}, ("sure", "C100", ["INV-2026-0042"])),
        ("a known payer who names an invoice that is not open",
         {"payer_account": "DE89370400440532013000", "remittance": "INV-2025-0999"},
         ("likely", "C100", ["INV-2026-0042"])),
        ("a known payer and the sum of two invoices",
         {"payer_account": "DE89370400440532013000", "amount_minor": 144000},
         ("likely", "C100", ["INV-2026-0041", "INV-2026-0042"])),
        ("a known payer and an amount of nothing",
         {"payer_account": "DE89370400440532013000", "amount_minor": 777}, ("likely", "C100", [None])),
        ("one sign mistyped, the exact amount",
         {"remittance": "INV-2026-0O44", "amount_minor": 8050}, ("likely", "C200", ["INV-2026-0044"])),
        ("the name and the exact amount",
         {"payer_name": "BLUE HARBOUR LIMITED", "amount_minor": 8050}, ("likely", "C200", ["INV-2026-0044"])),
        ("the amount alone",
         {"amount_minor": 8050, "payer_name": "Somebody Else"}, ("possible", "C200", ["INV-2026-0044"])),
        ("an invoice that is paid already",
         {"remittance": "INV-2026-0030", "amount_minor": 40000}, None),
        ("another currency",
         {"remittance": "INV-2026-0042", "currency": "USD"}, None),
        ("a returned direct debit of a settled invoice",
         {"direction": "out", "is_reversal": True, "end_to_end_id": "INV-2026-0030", "amount_minor": 40000},
         ("likely", "C200", ["INV-2026-0030"])),
    ],
)  # fmt: skip
def test_an_entry_is_matched_as_the_trade_would(
    case: str, said: dict[str, object], expected: tuple[str, str, list[str | None]] | None
) -> None:
    assert best(matched(entry(**said))) == expected, case


def test_an_amount_that_two_invoices_have_is_never_sure() -> None:
    found = matched(entry(payer_name="Nobody Known"))
    assert [each.sureness for each in found.proposals if each.sureness == "sure"] == []
    assert found.worklist == ("E1",)


def test_a_second_payment_of_the_same_invoice_is_not_applied_by_itself() -> None:
    first = entry("E1", remittance="INV-2026-0042", payer_name="Aurora Glas")
    second = entry("E2", remittance="INV-2026-0042", payer_name="Aurora Glas", booked_on=date(2026, 2, 4))
    found = matched(second, first)
    assert [(each.entry_reference, each.sureness) for each in found.proposals] == [("E1", "sure"), ("E2", "likely")]
    assert found.proposals[1].reasons[-1] == "An earlier payment covers this invoice already."


PAID_BEFORE = {"payer_account": "CH9300762011623852957", "payer_name": "Lex Lawyers"}


@pytest.mark.parametrize(
    ("case", "payments", "is_by_hand", "said", "expected"),
    [
        ("paid once, called otherwise than the customer, confirmed", 1, True, PAID_BEFORE, "likely"),
        ("paid twice, called otherwise than the customer, nobody has confirmed it", 2, False, PAID_BEFORE, "likely"),
        ("paid twice, called otherwise than the customer, confirmed", 2, True, PAID_BEFORE, "sure"),
        ("the same bank account with a name that was never seen", 2, True, PAID_BEFORE | {"payer_name": "X"}, "likely"),
        ("paid once, called like the customer", 1, False, PAID_BEFORE | {"payer_name": "Blue Harbour"}, "sure"),
        ("the name alone, paid twice, confirmed", 2, True, {"payer_name": "LEX LAWYERS"}, "sure"),
        ("the name alone, paid twice, nobody has confirmed it", 2, False, {"payer_name": "LEX LAWYERS"}, "likely"),
        ("the name alone, paid once", 1, True, {"payer_name": "LEX LAWYERS"}, "possible"),
    ],
)  # fmt: skip
def test_what_was_learned_of_a_payer_counts_as_often_as_it_was_seen(
    case: str, payments: int, is_by_hand: bool, said: dict[str, object], expected: str
) -> None:
    known = [("CH9300762011623852957", "Lex Lawyers", "C200", payments, is_by_hand, date(2026, 1, 5))]
    found = match(
        pl.DataFrame([entry(amount_minor=8050, **said)], schema=BANK_ENTRY),
        pl.DataFrame(INVOICES, schema=OPEN_INVOICES, orient="row"),
        pl.DataFrame(ACCOUNTS, schema=MATCH_ACCOUNTS, orient="row"),
        pl.DataFrame(known, schema=PAYERS, orient="row"),
    )
    assert found.proposals[0].sureness == expected, case
    assert [part.invoice_number for part in found.proposals[0].parts] == ["INV-2026-0044"]


def test_a_payer_of_two_customers_tells_nothing() -> None:
    known = [("CH93", "Pay Service", "C100", 5, True, None), ("CH93", "Pay Service", "C200", 5, True, None)]
    found = match(
        pl.DataFrame([entry(amount_minor=8050, payer_account="CH93", payer_name="Pay Service")], schema=BANK_ENTRY),
        pl.DataFrame(INVOICES, schema=OPEN_INVOICES, orient="row"),
        pl.DataFrame(ACCOUNTS, schema=MATCH_ACCOUNTS, orient="row"),
        pl.DataFrame(known, schema=PAYERS, orient="row"),
    )
    assert [each.sureness for each in found.proposals] == ["possible"]


def test_what_a_person_has_undone_is_not_proposed_again_and_nothing_else_is_sure() -> None:
    undone = frozenset({("C100", "INV-2026-0042", 25_000)})
    said = {"remittance": "INV-2026-0042", "payer_name": "Aurora Glas"}
    for reference, expected in (("E1", []), ("E2", ["likely"])):
        found = match(
            pl.DataFrame([entry(reference, **said)], schema=BANK_ENTRY),
            pl.DataFrame(INVOICES, schema=OPEN_INVOICES, orient="row"),
            pl.DataFrame(ACCOUNTS, schema=MATCH_ACCOUNTS, orient="row"),
            rules=Rules(undone={"E1": [undone], "E2": []}),
        )
        named = [each.sureness for each in found.proposals if each.as_applied() == undone]
        assert named == expected


def test_money_that_went_out_is_no_customers_payment() -> None:
    assert matched(entry(direction="out", remittance="INV-2026-0042")) == Matches(ignored=("E1",))


def test_a_batch_whose_payments_are_itemised_in_another_statement_is_left_out() -> None:
    batch = entry("E1", extra='{"is_batch": true, "bank_reference": "B7"}', remittance="INV-2026-0042")
    single = entry("E2", extra='{"batch_of": "B7"}', remittance="INV-2026-0042", payer_name="Aurora Glas")
    found = matched(batch, single)
    assert found.ignored == ("E1",)
    assert [(each.entry_reference, each.sureness) for each in found.proposals] == [("E2", "sure")]


def test_a_discount_within_the_policy_is_proposed_and_said() -> None:
    found = matched(
        entry(payer_account="DE89370400440532013000", amount_minor=24500), tolerance=Tolerance(percent_hundredths=200)
    )
    assert best(found) == ("likely", "C100", ["INV-2026-0042"])


def test_only_sure_proposals_become_payments() -> None:
    found = matched(
        entry("E1", remittance="INV20260043INV20260044", amount_minor=33050), entry("E2", remittance="900123")
    )
    payments = payments_of(found.proposals)
    assert payments.select("payment_reference", "account_number", "invoice_number", "amount_minor", "kind").rows() == [
        ("E1", "C200", "INV-2026-0043", 25000, "payment"),
        ("E1", "C200", "INV-2026-0044", 8050, "payment"),
    ]


def test_no_match_gives_an_empty_table_of_payments() -> None:
    assert payments_of(()).height == 0
    assert proposals_frame(()).height == 0


@st.composite
def paid_invoices(draw: st.DrawFn) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, set[str]]]:
    """Invoices of a few customers, payments of some of them as people write them, and the truth."""
    amounts = st.sampled_from([1000, 1000, 2500, 5000, 7500])
    invoices, entries, truth = [], [], {}
    for index in range(draw(st.integers(2, 12))):
        number = f"{draw(st.sampled_from(['', 'RE', 'INV-2026-']))}{1000 + index * draw(st.sampled_from([1, 7]))}"
        amount = draw(amounts)
        invoices.append((number, f"K{index % 4:03d}", "EUR", amount, amount, date(2026, 1, 1), None))
    numbers = [row[0] for row in invoices]
    unique = [row for row in invoices if numbers.count(row[0]) == 1]
    for index, row in enumerate(unique):
        style = draw(st.sampled_from(["{}", "Rechnung {} danke", "pay{}", "{} 12.2026", "ref {}x", "", "12 {} 34"]))
        text = style.format(row[0])
        entries.append(entry(f"E{index}", remittance=text, amount_minor=row[4]))
        truth[f"E{index}"] = {row[0]}
    return (
        pl.DataFrame(unique, schema=OPEN_INVOICES, orient="row"),
        pl.DataFrame(entries, schema=BANK_ENTRY),
        truth,
    )


@settings(max_examples=200, deadline=None)
@given(paid_invoices())
def test_a_sure_match_is_never_wrong(generated: tuple[pl.DataFrame, pl.DataFrame, dict[str, set[str]]]) -> None:
    invoices, entries, truth = generated
    accounts = pl.DataFrame([(f"K{i:03d}", f"Customer {i}") for i in range(4)], schema=MATCH_ACCOUNTS, orient="row")
    found = match(entries, invoices, accounts)
    wrong = [
        each
        for each in found.proposals
        if each.sureness == "sure" and {part.invoice_number for part in each.parts} != truth[each.entry_reference]
    ]
    assert wrong == []


@settings(max_examples=50, deadline=None)
@given(paid_invoices())
def test_the_order_of_rows_does_not_matter(generated: tuple[pl.DataFrame, pl.DataFrame, dict[str, set[str]]]) -> None:
    invoices, entries, _ = generated
    accounts = pl.DataFrame([(f"K{i:03d}", f"Customer {i}") for i in range(4)], schema=MATCH_ACCOUNTS, orient="row")
    assert match(entries.reverse(), invoices.reverse(), accounts.reverse()) == match(entries, invoices, accounts)


def test_an_invoice_that_a_waiting_payment_likely_pays_is_not_surely_paid_by_a_later_one() -> None:
    both = entry("E1", payer_account="DE89370400440532013000", amount_minor=144_000)
    again = entry("E2", remittance="INV-2026-0042", payer_name="Aurora Glas GmbH", booked_on=date(2026, 3, 20))
    alone = matched(again).proposals[0]
    assert alone.sureness == "sure"
    later = next(each for each in matched(both, again).proposals if each.entry_reference == "E2")
    assert (later.sureness, later.parts) == ("likely", alone.parts)
    assert "An earlier payment that waits is likely to pay this invoice." in later.reasons


def test_a_tolerance_is_a_discount_and_a_fee_together_or_a_small_rest() -> None:
    tolerance = Tolerance(200, {"EUR": 100}, {"EUR": 1_500})
    paid = (100_000, 99_999, 96_501, 96_500, 96_499, 0)
    assert [tolerance.allows("EUR", 100_000, each) for each in paid] == [False, True, True, True, False, False]
    assert [tolerance.allows("USD", 100_000, each) for each in (98_000, 97_999)] == [True, False]
    assert [Tolerance(amount_minor={"EUR": 5}).allows("EUR", 40, each) for each in (35, 34)] == [True, False]


def test_a_number_of_an_invoice_that_was_issued_after_the_payment_is_not_sure() -> None:
    paid = pl.DataFrame([entry(remittance="INV-2026-0042", payer_name="Aurora Glas GmbH")], schema=BANK_ENTRY)
    invoices = pl.DataFrame(INVOICES, schema=OPEN_INVOICES, orient="row")
    accounts = pl.DataFrame(ACCOUNTS, schema=MATCH_ACCOUNTS, orient="row")
    days = {date(2026, 2, 3): "sure", date(2026, 2, 4): "likely"}
    for issued_on, sureness in days.items():
        found = match(paid, invoices.with_columns(pl.lit(issued_on).alias("issued_on")), accounts)
        assert found.proposals[0].sureness == sureness
    assert "The invoice INV-2026-0042 was issued on 2026-02-04, after the payment." in found.proposals[0].reasons


def test_a_number_with_signs_that_is_glued_to_words_at_both_ends_is_found() -> None:
    numbers = {"INV20260044": None}
    found = find("RECHNUNGINV-2026-0044DANKE", numbers, frozenset({11}))
    assert found == [Found("INV20260044", "joined")]
    assert find("5INV-2026-00447", numbers, frozenset({11})) == []


def test_a_number_glued_to_words_that_is_not_open_keeps_a_known_payer_from_being_sure() -> None:
    known = entry(payer_account="DE89370400440532013000", amount_minor=25_000, payer_name="Aurora Glas GmbH")
    numbers = [(f"2026/{number}", *rest) for (_, *rest), number in zip(INVOICES, range(1041, 1050), strict=False)]
    invoices = pl.DataFrame(numbers, schema=OPEN_INVOICES, orient="row")
    payers = pl.DataFrame(KNOWN, schema=PAYERS, orient="row")
    accounts = pl.DataFrame(ACCOUNTS, schema=MATCH_ACCOUNTS, orient="row")
    said = {text: match(pl.DataFrame([known | {"remittance": text}], schema=BANK_ENTRY), invoices, accounts, payers)
            for text in ("thanks", "RECHNUNG2026/9999DANKE")}  # fmt: skip
    assert [found.proposals[0].sureness for found in said.values()] == ["sure", "likely"]
