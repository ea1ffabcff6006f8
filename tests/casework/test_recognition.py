"""Whether promises and instalments were fulfilled: by which money, on which day, and never twice."""

from datetime import date

from dunwell.casework.recognition import Fulfilled, Promised, Settlement, kept_promises, paid_instalments


def day(number: int) -> date:
    return date(2026, 3, number)


def paid(on: int, amount: int, invoice: int | None = None, reference: str = "") -> Settlement:
    return Settlement(day(on), amount, invoice, reference or f"P{on}")


def test_a_promise_is_kept_on_the_day_the_last_part_of_it_comes_in() -> None:
    promise = Promised(1, day(2), day(10), 100)
    assert kept_promises([promise], [paid(3, 40), paid(9, 60)]) == {1: Fulfilled(day(9), ("P3", "P9"))}


def test_money_before_the_promise_or_after_its_day_does_not_keep_it() -> None:
    promise = Promised(1, day(2), day(10), 100)
    assert kept_promises([promise], [paid(1, 100)]) == {}
    assert kept_promises([promise], [paid(11, 100)]) == {}
    assert kept_promises([promise], [paid(2, 100)]).keys() == {1}
    assert kept_promises([promise], [paid(10, 100)]).keys() == {1}


def test_what_kept_one_promise_keeps_no_other() -> None:
    promises = [Promised(2, day(1), day(20), 100), Promised(1, day(1), day(10), 100)]
    assert kept_promises(promises, [paid(5, 100)]).keys() == {1}
    assert kept_promises(promises, [paid(5, 150), paid(12, 50)]) == {
        1: Fulfilled(day(5), ("P5",)),
        2: Fulfilled(day(12), ("P5", "P12")),
    }


def test_money_for_another_invoice_does_not_keep_the_promise_of_one() -> None:
    promise = Promised(1, day(1), day(10), 100, invoice_id=7)
    assert kept_promises([promise], [paid(5, 100, invoice=8)]) == {}
    assert kept_promises([promise], [paid(5, 100, invoice=7)]).keys() == {1}
    assert kept_promises([promise], [paid(5, 100)]).keys() == {1}


def test_a_payment_that_bounced_kept_nothing() -> None:
    promise = Promised(1, day(1), day(10), 100)
    assert kept_promises([promise], [paid(5, 100), paid(8, -100)]) == {}
    assert kept_promises([promise], [paid(5, 100), paid(8, -100), paid(9, 100)]).keys() == {1}


def test_instalments_are_paid_in_turn() -> None:
    assert paid_instalments([50, 30, 30], [paid(3, 60), paid(9, 20)]) == [
        Fulfilled(day(3), ("P3",)),
        Fulfilled(day(9), ("P3", "P9")),
        None,
    ]


def test_one_payment_may_pay_several_instalments() -> None:
    assert paid_instalments([50, 30, 30], [paid(3, 110)]) == [Fulfilled(day(3), ("P3",))] * 2 + [
        Fulfilled(day(3), ("P3",))
    ]


def test_nothing_paid_pays_no_instalment() -> None:
    assert paid_instalments([50, 30], []) == [None, None]


def test_money_of_a_promise_that_was_kept_before_goes_to_no_other_that_ends_earlier() -> None:
    kept = Promised(1, day(1), day(20), 100, is_kept=True)
    later = Promised(2, day(3), day(9), 100)
    assert kept_promises([kept, later], [paid(3, 100)]).keys() == {1}
    assert kept_promises([kept, later], [paid(3, 100), paid(7, 100)]).keys() == {1, 2}
