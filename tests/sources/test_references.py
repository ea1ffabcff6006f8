"""Rows that refer to customers or invoices nobody knows join the rejects."""

import polars as pl

from dunwell.sources import INVOICE_FACTS, Options, check_references, frame_of, parse_mapping, read_table

ACCOUNTS = pl.Series(["C1", "00042"])
INVOICES = pl.DataFrame([("I1", "C1", "EUR"), ("I2", "00042", "JPY")], schema=INVOICE_FACTS, orient="row")
NO_ACCOUNTS, NO_INVOICES = ACCOUNTS.clear(), INVOICES.clear()


def test_unknown_references_are_problems_with_the_nearest_number() -> None:
    parsed = read_table(
        b"payment_reference,account_number,invoice_number,paid_on,currency,amount\n"
        b"P1,C1,I1,2024-01-05,EUR,10\n"
        b"P2,C9,,2024-01-05,EUR,10\n"
        b"P3,42,,2024-01-05,EUR,10\n"
        b"P4,C1,I9,2024-01-05,EUR,10\n"
        b"P5,C1,I2,2024-01-05,JPY,10\n"
        b"P6,C1,I1,2024-01-05,USD,10\n"
    )
    checked = check_references(parsed, ACCOUNTS, INVOICES)
    assert [str(problem) for problem in checked.problems] == [
        'data:3: account_number: There is no customer "C9". Import the customer first.',
        'data:4: account_number: There is no customer "42". Did you mean "00042"?',
        'data:5: invoice_number: There is no invoice "I9". Import the invoice first, or leave it empty.',
        'data:6: account_number: The invoice "I2" belongs to customer "00042". Correct the invoice or the customer.',
        'data:7: currency: The invoice "I1" is in EUR. Correct the currency or the invoice.',
    ]
    assert checked.tables[0].frame["payment_reference"].to_list() == ["P1"]
    assert checked.rejected_lines == {3, 4, 5, 6, 7}
    assert checked.rejects is not None
    assert checked.rejects.count(b"\n") == 6


def test_a_file_knows_its_own_customers_and_invoices() -> None:
    mapping, problems = parse_mapping(
        'currency = "EUR"\n'
        '[[table]]\nkind = "customers"\ncolumns = { account_number = "cust", name = "cust" }\n'
        '[[table]]\nkind = "invoices"\n'
        'columns = { invoice_number = "inv", account_number = "cust", due_on = "due", amount = "total" }\n',
        "map.toml",
    )
    assert problems == ()
    parsed = read_table(b"cust,inv,due,total\nC5,I5,2024-01-05,10\n", mapping)
    assert check_references(parsed, NO_ACCOUNTS, NO_INVOICES) is parsed


def test_what_refers_to_a_rejected_row_is_rejected_too() -> None:
    mapping, _ = parse_mapping(
        'currency = "EUR"\n'
        '[[table]]\nkind = "invoices"\nunless = { inv = "" }\n'
        'columns = { invoice_number = "inv", account_number = "cust", due_on = "day", amount = "total" }\n'
        '[[table]]\nkind = "payments"\nwhen = { inv = "" }\n'
        "[table.columns]\n"
        'payment_reference = "pay"\naccount_number = "payer"\ninvoice_number = "for"\n'
        'paid_on = "day"\namount = "total"\n',
        "map.toml",
    )
    data = b"inv,cust,day,total,pay,payer,for\nI7,C9,2024-01-05,10,,,\n,,2024-01-06,10,P7,C1,I7\n"
    checked = check_references(read_table(data, mapping), ACCOUNTS, INVOICES)
    assert [problem.line for problem in checked.problems] == [2, 3]
    payments = frame_of(checked, "payments")
    assert payments is not None
    assert payments.is_empty()


def test_an_event_amount_in_another_unit_than_assumed_is_named() -> None:
    header = b"account_number,on,kind,invoice_number,currency,amount\n"
    named = read_table(header + b"00042,2024-01-05,dispute,I2,JPY,10\n")
    assert check_references(named, ACCOUNTS, INVOICES) is named
    silent = read_table(header + b"00042,2024-01-05,dispute,I2,,10\n", options=Options(currency="EUR"))
    checked = check_references(silent, ACCOUNTS, INVOICES)
    assert [str(problem) for problem in checked.problems] == [
        'data:2: currency: The amount has no currency and its invoice is in JPY. Write "JPY".'
    ]


def test_instalments_count_from_one_and_agree_with_the_first() -> None:
    parsed = read_table(
        b"invoice_number,account_number,due_on,currency,amount,instalment\n"
        b"I5,C1,2024-01-05,EUR,10,1\n"
        b"I5,C1,2024-02-05,EUR,10,2\n"
        b"I6,C1,2024-01-05,EUR,10,2\n"
        b"I7,C1,2024-01-05,EUR,10,1\n"
        b"I7,00042,2024-01-05,EUR,10,2\n"
        b"I7,C1,2024-01-05,USD,10,3\n"
        b"I8,C1,2024-01-05,EUR,10,1\n"
        b"I8,C1,2024-01-05,EUR,10,\n"
        b"I1,C1,2024-02-05,EUR,10,2\n"
        b"I2,00042,2024-02-05,EUR,10,3\n"
        b"I9,C1,2024-02-05,EUR,10,0\n"
    )
    checked = check_references(parsed, ACCOUNTS, INVOICES)
    assert [str(problem) for problem in checked.problems] == [
        'data:4: instalment: Invoice "I6" has no instalment 1. Give all of its instalments, counted from 1.',
        'data:6: account_number: Instalment 1 of invoice "I7" belongs to customer "C1".'
        " All instalments of an invoice agree in it. Correct one.",
        'data:7: currency: Instalment 1 of invoice "I7" is in "EUR".'
        " All instalments of an invoice agree in it. Correct one.",
        'data:9: instalment: Other rows of invoice "I8" say which instalment they are, this one does not.'
        " Number all of its instalments: 1, 2, 3 …",
        'data:11: currency: Instalment 1 of invoice "I2" is in "JPY".'
        " All instalments of an invoice agree in it. Correct one.",
        'data:12: instalment: "0" is no whole number from 1 to 999. Count 1, 2, 3 …, or leave it empty.',
    ]
    kept = checked.tables[0].frame.select("invoice_number", "instalment").rows()
    assert kept == [("I5", 1), ("I5", 2), ("I7", 1), ("I8", 1), ("I1", 2)]
