# What customers say, written down by a person; how it turned out is recognised by the run.

story A promise suspends chasing, is broken by silence, and the ladder goes on
also on postgresql
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    run                                            -> letter reminder, drafted 1
         send                                           -> sent 1
day 5    dunwell promise add ACME 500.00 --until day 15 --as-of day 5 --by Ann --note "on the telephone" --json
         -> says "made"
day 12   run                                            -> none, chaseable 0.00
day 15   run                                            -> none
         dunwell promise list --json                    -> says "made"
day 16   run                                            -> chaseable 500.00
         dunwell promise show 1                         -> says "broken by run: not paid in full by 2026-03-17"
         dunwell promise list --all --as-of day 12      -> says "made", says not "broken"
         dunwell promise withdraw 1 --reason late --as-of day 16
         -> exit 2, says "Promise 1 of ACME is broken, so 'withdraw' is not possible; possible: nothing, it is over."
day 17   run                                            -> letter second_request

story A promise is not broken on bank data that does not reach its day
given policy max_data_age_days = 30
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 5    dunwell promise add ACME --until day 10 --as-of day 5   -> says "500.00 EUR by 2026-03-12"
         bank through day 9
day 14   run
         dunwell promise list --json                    -> says "made"
         bank through day 13
day 15   run
         dunwell promise list --all --json              -> says "broken"

story Several promises and partial payments: what kept one keeps no other
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 1    dunwell promise add ACME 100.00 --until day 5 --as-of day 1
         dunwell promise add ACME 100.00 --until day 9 --as-of day 1
day 4    payment 100.00 for R1
day 4    run
         dunwell promise show 1                         -> says "kept by run: paid in full on 2026-03-06 (B1)"
         dunwell promise show 2                         -> says "made", says not "kept"
day 10   run
         dunwell promise show 2                         -> says "broken"

story Money that kept a promise before the next one was made does not keep that one, and later money does
also on postgresql
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 1    dunwell promise add ACME 100.00 --until day 8 --as-of day 1
day 3    payment 100.00 for R1
day 3    run
         dunwell promise show 1                         -> says "kept by run: paid in full on 2026-03-05 (B1)"
day 5    dunwell promise add ACME 100.00 --until day 15 --as-of day 5
day 6    run
         dunwell promise show 2                         -> says "made", says not "kept"
day 7    payment 100.00 for R1
day 7    run
         dunwell promise show 2                         -> says "kept by run: paid in full on 2026-03-09 (B2)"

story A part that is disputed is not chased; upheld, it waits for its credit note; the earlier day stays as it was
also on postgresql
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
         invoice R2 80.00 due day 0
day 2    dunwell dispute add ACME --invoice R1 --amount 120.00 --note "short delivery" --as-of day 2
day 3    run                                            -> chaseable 460.00
day 4    dunwell dispute uphold 1 --reason "ten bottles were missing" --as-of day 4 -> says "a credit note of 120.00 EUR"
day 5    run                                            -> chaseable 460.00
day 8    credit note 120.00 for R1
day 8    run
         dunwell dispute show 1                         -> says "credited by run: the credit note has come (B1)"
day 9    run                                            -> chaseable 460.00, open 460.00
day 6    run                                            -> replay, chaseable 460.00
         dunwell dispute list --as-of day 6             -> says "upheld"

story One credit note settles one dispute, not every dispute of its invoice
also on postgresql
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 2    dunwell dispute add ACME --invoice R1 --amount 120.00 --note "short delivery" --as-of day 2
         dunwell dispute add ACME --invoice R1 --amount 100.00 --note "wrong price" --as-of day 2
day 4    dunwell dispute uphold 1 --reason "ten bottles were missing" --as-of day 4
         dunwell dispute uphold 2 --reason "the old price" --as-of day 4
day 5    run                                            -> chaseable 280.00
day 8    credit note 120.00 for R1
day 8    run
         dunwell dispute show 1                         -> says "credited by run"
         dunwell dispute show 2                         -> says "upheld", says not "credited"
day 9    run                                            -> chaseable 280.00, open 380.00
day 10   credit note 100.00 for R1
day 10   run
         dunwell dispute show 2                         -> says "credited by run: the credit note has come (B2)"
day 11   run                                            -> chaseable 280.00, open 280.00

story A dispute that is rejected later is still open on the earlier day
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 2    dunwell dispute add ACME --invoice R1 --as-of day 2
day 9    dunwell dispute reject 1 --reason "delivered, signed for" --as-of day 9
day 9    run                                            -> chaseable 500.00
day 8    run                                            -> replay, chaseable 0.00
day 1    run                                            -> replay, chaseable 500.00

story An exclusion keeps letters away until its day, and says why
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 1    dunwell exclude add ACME --until day 10 --reason "our mistake" --as-of day 1
day 5    run                                            -> none, chaseable 0.00
day 10   run                                            -> none
day 11   run                                            -> letter reminder
         dunwell exclude list --all                     -> says "expired"

story A call in which somebody was asked is a request, a call nobody took is none
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 2    dunwell call add ACME --outcome no_answer --as-of day 2
day 2    run                                            -> requests 0
day 4    dunwell call add ACME --outcome asked --spoke-with "Ms Ray" --as-of day 4
day 4    run                                            -> requests 1, unanswered 1
day 6    dunwell call add ACME --outcome promised --amount 200.00 --until day 9 --as-of day 6 -> says "Promise 1 recorded"
day 6    run                                            -> requests 2, unanswered 0, chaseable 0.00
         dunwell call add ACME --outcome promised --as-of day 6 -> exit 2, says "Say --until DATE, the promised day"
         dunwell call add ACME --outcome disputed --as-of day 6 -> exit 2, says "Say what is disputed"
         dunwell note add ACME "asks for Ms Ray" --as-of day 6
         dunwell note list ACME                         -> says "asks for Ms Ray"
