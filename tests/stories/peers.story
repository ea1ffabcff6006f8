# Behaviours proven on the test suites of other tools, told in our words. "peer N" is the row of that list
# (docs/develop/stories.md says which rows are missing here, and why).

# peer 1. Theirs takes the next level on the day the first one is sent; ours leaves the minimum gap (peer 4).
story An unsent level waits, a blocked customer waits, and the money ends it
given step level_1 on day 5: letter = "reminder"
given step level_2 on day 20: letter = "collection"
given step level_3 on day 40: letter = "collection"
given customer ACME country=GB
day -30  invoice R1 100.00 due day 0
day 4    run                      -> none, days 4
day 5    run                      -> letter level_1, drafted 1
day 30   run                      -> letter level_1, drafted 0
         letters ACME             -> letters level_1 draft
         send                     -> sent 1
         event exclusion until day 44
day 44   run                      -> none, chaseable 0.00, requests 1
day 45   run                      -> letter level_2
day 47   payment 100.00 for R1
day 50   run                      -> none, open 0.00, withdrawn 1
         letters ACME             -> letters level_1 sent then level_2 cancelled

# peer 2. A ladder of one step: after it a person decides.
story A ladder of one step ends in a decision, not in a second letter
given step only on day 1: letter = "reminder"
given customer ACME country=GB
day -30  invoice R1 100.00 due day 0
day 0    run                      -> none
day 1    run                      -> letter only, drafted 1
         approve                  -> approved 1
         sent                     -> sent 1
day 8    run                      -> none
day 9    run                      -> refer, drafted 0

# peer 3.
story A percentage is taken of the invoice, never of an earlier fee
given step level_1 on day 5: letter = "reminder", pay_by_days = 4, min_gap_days = 5, fee = { kind = "flat", amount = { EUR = "10.00" } }
given step level_2 on day 10: letter = "collection", pay_by_days = 4, min_gap_days = 5, fee = { kind = "percent", percent = "15.00" }
given customer ACME country=GB
day -30  invoice R1 100.00 due day 0
day 5    run                      -> letter level_1, fee 10.00, total 110.00
         send
day 10   run                      -> letter level_2, fee 25.00, total 125.00

# peer 4, deviating: theirs sends three letters on one day.
story Fifty days late is no reason for three letters on one day
given step level_1 on day 5: letter = "reminder"
given step level_2 on day 20: letter = "collection"
given step level_3 on day 40: letter = "collection"
given customer ACME country=GB
day -30  invoice R1 100.00 due day 0
day 50   run                      -> letter level_1
         send                     -> sent 1
         run                      -> none, drafted 0, no gap_passed
         send                     -> sent 0
         run                      -> none, drafted 0
day 56   run                      -> none
day 57   run                      -> none, yes gap_passed, no deadline_passed
day 58   run                      -> letter level_2
         letters ACME             -> letters level_1 sent then level_2 draft

# peer 5, deviating: theirs writes to somebody whose money is there.
story A loose payment as large as the debt is matched before anybody is chased
given customer ACME country=GB
day -30  invoice R1 200.00 due day 0
day 9    payment 200.00
day 10   run                      -> match_cash, drafted 0

# peer 6 and 7.
story Interest and a fee on a hundred euros, and neither without a policy that says so
given policy plain: grace_days = 0
given policy interest = { kind = "contract", contract_rate = "10.00" }
given policy late_fee = { kind = "flat", amount = { EUR = "10.00" } }
given customer COSTLY country=GB
given customer PLAIN country=GB policy=plain
day -30  invoice R1 100.00 of COSTLY due day 0
         invoice R2 100.00 of PLAIN due day -5
day 15   run
         -> COSTLY: days 15, interest 0.41, fee 10.00, total 110.41
         -> PLAIN: days 20, interest 0.00, fee 0.00, total 100.00, policy plain

# peer 8.
story Of an invoice in two instalments only the one that is due is asked for, and asked for again when its payment bounces
also on postgresql
given step first on day 1: letter = "reminder"
given policy hold.allowed = false
given policy response_pause_days = 0
given customer ACME country=GB
day -5   invoice R1 50.00 due day 0 instalment=1
         invoice R1 50.00 due day 5 instalment=2
day 1    run                      -> letter first, open 100.00, overdue 50.00, total 50.00
         approve                  -> approved 1
         show ACME                -> says "R1 (1/2)", says not "R1 (2/2)"
day 2    payment 50.00 for R1
day 2    run                      -> none, open 50.00, overdue 0.00, withdrawn 1
day 3    reversal 50.00 for R1
day 3    run                      -> letter first, open 100.00, overdue 50.00, total 50.00
day 6    run                      -> letter first, overdue 100.00
day 7    payment 70.00 for R1
day 7    run                      -> none, open 30.00, overdue 30.00, days 2
day 8    payment 40.00 for R1
day 8    run                      -> none, open 0.00, unapplied 10.00

# peer 8, with two invoices.
story A payment that is taken back makes the invoice overdue again
given customer ACME country=GB
day -30  invoice R1 50.00 due day 0
         invoice R2 50.00 due day 5
day 1    run                      -> open 100.00, overdue 50.00
day 2    payment 50.00 for R1
day 2    run                      -> open 50.00, overdue 0.00
day 3    reversal 50.00 for R1
day 3    run                      -> open 100.00, overdue 50.00

# peer 9. Theirs goes on when the credit note is not applied; ours nets it at the customer.
story A credit note settles the matter, whether it is applied or not, until it is taken back
given customer APPLIED country=GB
given customer LOOSE country=GB
day -30  invoice R1 100.00 of APPLIED due day 0
         invoice R2 100.00 of LOOSE due day 0
day 3    run                      -> APPLIED: letter reminder
         -> LOOSE: letter reminder
         send                     -> sent 2
day 5    credit note 100.00 of APPLIED for R1
         credit note 100.00 of LOOSE
day 12   run                      -> APPLIED: none, open 0.00
         -> LOOSE: match_cash, open 100.00, unapplied 100.00
day 13   reversal 100.00 of APPLIED for R1
         reversal 100.00 of LOOSE
day 13   run                      -> APPLIED: letter second_request, open 100.00
         -> LOOSE: letter second_request, unapplied 0.00

# peer 10.
story A year of runs without a letter sent is still the first letter
given step first on day 10: letter = "reminder"
given step second on day 30: letter = "collection", at = "month_end"
given step third on day 40: letter = "collection", min_gap_days = 10
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 180  run                      -> letter first, drafted 1
day 300  run                      -> letter first, drafted 0
day 365  run                      -> letter first, drafted 0, requests 0
         letters ACME             -> letters first draft

# peer 11. Day 30 is 14 February, so the second letter waits for the 29th; the third for ten days after it.
story A step at the end of the month waits for the end of the month
given day 0 is 2024-01-15
given step first on day 10: letter = "reminder"
given step second on day 30: letter = "collection", at = "month_end"
given step third on day 40: letter = "collection", min_gap_days = 10
given customer ACME country=GB
day -30  invoice R1 500.00 due 2024-01-15
day 2024-01-24  run               -> none, next look 2024-01-25
day 2024-01-25  run               -> letter first
         send                     -> sent 1
day 2024-02-15  run               -> none, no step_due, next look 2024-02-29
day 2024-02-28  run               -> none, no step_due
day 2024-02-29  run               -> letter second, yes step_due
         send                     -> sent 1
day 2024-03-09  run               -> none, no gap_passed, next look 2024-03-10
day 2024-03-10  run               -> letter third

# peer 12.
story A run for an earlier day than the last one writes nothing
given customer ACME country=GB
day -30  invoice R1 100.00 due day 0
day 20   run                      -> letter reminder, recorded
day 5    run                      -> letter reminder, replay, drafted 0

# peer 13.
story An invoice cancelled before its letter goes out takes the draft with it; a letter that went out stays
given customer DRAFTED country=GB
given customer WRITTEN country=GB
day -30  invoice R1 100.00 of WRITTEN due day 0
day -29  invoice R2 100.00 of DRAFTED due day 1
day 3    run                      -> WRITTEN: letter reminder
         send                     -> sent 1
day 4    run                      -> DRAFTED: letter reminder
day 5    credit note 100.00 of DRAFTED for R2
         credit note 100.00 of WRITTEN for R1
day 5    run                      -> DRAFTED: none
         -> WRITTEN: none
         -> withdrawn 1
         letters DRAFTED          -> letters reminder cancelled
         cancel reminder of WRITTEN because "The invoice is cancelled." -> exit 2, says "is sent and cannot become cancelled"

# peer 15.
story Grace makes the difference between overdue and merely open
given policy patient: grace_days = 3
given customer STRICT country=GB
given customer PATIENT country=GB policy=patient
day -30  invoice R1 100.00 of STRICT due day 0
         invoice R2 100.00 of PATIENT due day 0
day 2    run
         -> STRICT: overdue 100.00, open 100.00
         -> PATIENT: overdue 0.00, open 100.00

# peer 16, deviating: theirs blocks an account it never wrote to.
story Seven days late without a letter is a warning, not a hold
given day 0 is 2012-05-31
given policy hold.days_past_due = 6
given policy hold.min_unanswered_requests = 1
given step warning on day 5: letter = "collection", warns_of_hold = true, pay_by_days = 1, min_gap_days = 1
given step hold on day 7: letter = "hold", min_gap_days = 1
given customer PROMPT country=GB
given customer LATE country=GB
day 2012-05-01  invoice R1 100.00 of PROMPT due 2012-05-31
         invoice R2 100.00 of LATE due 2012-06-03
day 2012-06-05  run               -> PROMPT: letter warning
         -> LATE: none
# The 5th is a public holiday in the United Kingdom; the deadline of one day is the 6th.
         send                     -> sent 1
day 2012-06-06  run               -> PROMPT: none, no warned
day 2012-06-07  run               -> PROMPT: hold
day 2012-06-20  run               -> LATE: letter warning, days 17, hold none

# peer 17.
story When the oldest invoices are paid the younger one gets the warning on its own day
given day 0 is 2012-05-31
given policy hold.days_past_due = 6
given policy response_pause_days = 0
given step warning on day 5: letter = "collection", warns_of_hold = true
given step hold on day 7: letter = "hold"
given customer ACME country=GB
day 2012-05-01  invoice R1 100.00 due 2012-05-31
         invoice R2 500.00 due 2012-05-31
         invoice R3 700.00 due 2012-06-02
day 2012-06-02  payment 100.00 for R1
         payment 500.00 for R2
day 2012-06-06  run               -> none, days 4
day 2012-06-07  run               -> letter warning, days 5, total 700.00

# peer 18.
story Three stages on days 30, 40 and 50, and clear when everything is paid
given day 0 is 2012-05-31
given step stage_1 on day 30: letter = "reminder"
given step stage_2 on day 40: letter = "collection"
given step stage_3 on day 50: letter = "collection"
given customer ACME country=GB
day 2012-05-01  invoice R1 100.00 due 2012-05-31
day 2012-06-24  run               -> none
day 2012-06-30  run               -> letter stage_1
         send
day 2012-07-10  run               -> letter stage_2
         send
day 2012-07-20  run               -> letter stage_3
         send
day 2012-07-21  payment 100.00 for R1
day 2012-07-21  run               -> none, open 0.00, requests 0

# peer 19. Attempts are counted by currency, each with its own threshold.
story Two currencies count their letters apart, each from its own minimum
given day 0 is 2025-01-13
given policy minimum = { EUR = "150.00", USD = "100.00" }
given step first on day 1: letter = "reminder", pay_by_days = 1, min_gap_days = 3
given step second on day 2: letter = "collection", pay_by_days = 1, min_gap_days = 3
given customer ACME country=DE
day -40  invoice R1 149.00 EUR due day -10
         invoice R2 120.00 USD due day -10
day 0    run                      -> ACME USD: letter first
         -> ACME EUR: none, no meets_minimum
         send                     -> sent 1
day 2    run                      -> nothing to do
day 2    invoice R3 10.00 EUR due day 2
day 3    run                      -> ACME EUR: letter first, total 159.00
         -> ACME USD: letter second
         send                     -> sent 2
day 6    run                      -> ACME EUR: letter second, drafted 1
         -> ACME USD: refer
         send                     -> sent 1
day 9    run                      -> drafted 0

# peer 20, deviating: theirs mails twice for one request and counts two days to the hour.
story The second invoice lifts the debt over the minimum, and two days are two calendar days
given day 0 is 2025-01-03
given policy minimum = { EUR = "150.00" }
given step first on day 1: letter = "reminder", pay_by_days = 1, min_gap_days = 2
given step second on day 2: letter = "collection", pay_by_days = 1, min_gap_days = 2
given customer ACME country=GB
day -30  invoice R1 149.00 due 2025-01-03
day -27  invoice R2 6.00 due 2025-01-06
day 2025-01-04  run               -> none, no meets_minimum
day 2025-01-07  run               -> letter first, total 155.00, drafted 1
         send                     -> sent 1
day 2025-01-08  run               -> none
day 2025-01-09  run               -> letter second, drafted 1
         send                     -> sent 1
day 2025-01-10  run               -> none
day 2025-01-13  run               -> refer, drafted 0
         letters ACME             -> letters first sent then second sent

# peer 21 and 22.
story On the last day of grace nothing is overdue, on the next day it is
given day 0 is 2026-02-01
given policy grace_days = 20
given customer ACME country=GB
day -30  invoice R1 100.00 due 2026-02-01
day 2026-02-19  run               -> none, overdue 0.00, open 100.00
day 2026-02-21  run               -> none, overdue 0.00
day 2026-02-22  run               -> letter reminder, overdue 100.00, days 21

# peer 23.
story A credit larger than the debt, with its interest too, draws no reminder
given policy interest = { kind = "contract", contract_rate = "10.00" }
given customer ACME country=GB
day -30  invoice R1 100.00 due day 0
day 1    credit note 150.00
day 15   run                      -> match_cash, drafted 0, unapplied 150.00, total 0.00
         letters ACME             -> letters none

# peer 24.
story An older invoice keeps its level when a younger one joins it
given customer ACME country=GB
day -30  invoice R1 100.00 due day 0
day -22  invoice R2 60.00 due day 8
day 3    run                      -> letter reminder
         send
day 12   run                      -> letter second_request, overdue 160.00, requests 1

# peer 25.
story A cancelled reminder is written again at the same level, and cannot be cancelled twice
given customer ACME country=GB
day -30  invoice R1 100.00 due day 0
day 3    run                      -> letter reminder
         approve                  -> approved 1
         cancel reminder of ACME because "Wrong address." -> cancelled 1
         cancel reminder of ACME because "Once more."     -> exit 2, says "cancelled and cannot become cancelled"
         run                      -> letter reminder, drafted 1, total 100.00

# peer 26.
story Interest ends with the payment, whenever the run comes
given policy interest = { kind = "contract", contract_rate = "10.00" }
given policy pursue_charges_after_principal = true
given customer ACME country=GB
day -30  invoice R1 10000.00 due day 0
day 1    event request step=reminder
day 3    payment 10000.00 for R1
day 33   run                      -> interest 8.22, open 0.00, total 8.22

# peer 27. 1 March 2026 is a Sunday.
story An interval of fourteen days after the 1st ends on the 15th
given day 0 is 2026-02-02
given step first on day 5: letter = "reminder"
given step second on day 10: letter = "collection", min_gap_days = 14
given customer ACME country=GB
day -30  invoice R1 100.00 due day 0
day 2026-03-01  run               -> letter first
         send                     -> sent 1
day 2026-03-14  run               -> none, yes deadline_passed, no gap_passed
day 2026-03-15  run               -> letter second

# peer 28.
story One day after the due date is one day in arrears, unless grace covers it
given day 0 is 1997-03-12
given policy patient: grace_days = 3
given customer STRICT country=DE
given customer PATIENT country=DE policy=patient
day -30  invoice R1 100.00 of STRICT due 1997-03-12
         invoice R2 100.00 of PATIENT due 1997-03-12
day 1997-03-13  run
         -> STRICT: days 1, overdue 100.00, bucket 1_30 100.00
         -> PATIENT: overdue 0.00

# peer 29: the default keeps the level for somebody who is late again and again; the option starts anew.
story When the oldest of four late invoices is paid the ladder goes on, or starts again where the policy says so
given policy response_pause_days = 0
given policy gentle: restart_on_cure = true
given policy gentle: response_pause_days = 0
given customer FIRM country=GB
given customer GENTLE country=GB policy=gentle
given customer YOUNGER country=GB policy=gentle
day -90  invoice A1 100.00 of FIRM due day -60
         invoice A2 100.00 of GENTLE due day -60
         invoice A3 100.00 of YOUNGER due day -60
day -40  invoice B1 100.00 of FIRM due day -3
         invoice B2 100.00 of GENTLE due day -3
         invoice B3 100.00 of YOUNGER due day -3
day -50  event request of FIRM step=reminder
         event request of GENTLE step=reminder
         event request of YOUNGER step=reminder
day -40  event request of FIRM step=second_request
         event request of GENTLE step=second_request
         event request of YOUNGER step=second_request
day -1   payment 100.00 of FIRM for A1
         payment 100.00 of GENTLE for A2
         payment 100.00 of YOUNGER for B3
day 0    run
         -> GENTLE: letter reminder, days 3
         -> YOUNGER: letter third_request, days 60
         -> FIRM: none, next step third_request, days 3
day 18   run                      -> FIRM: letter third_request, days 21

# peer 29, the same with letters that Dunwell itself sent.
story The ladder that starts again writes its first letter again
given policy response_pause_days = 0
given policy restart_on_cure = true
given customer ACME country=GB
day -30  invoice R1 100.00 due day 0
day -10  invoice R2 100.00 due day 12
day 3    run                      -> letter reminder
         send                     -> sent 1
day 12   run                      -> letter second_request
         send                     -> sent 1
day 14   payment 100.00 for R1
day 16   run                      -> letter reminder, drafted 1, requests 0, days 4
         send                     -> sent 1
day 17   run                      -> none, drafted 0, requests 1
day 24   run                      -> letter second_request, drafted 1
         letters ACME             -> letters reminder sent then second_request sent then reminder sent then second_request draft

# peer 30.
story Five days after a release the same hold may not return, on the sixth it may
given customer ACME country=GB
day -30  invoice R1 1000.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 31   event hold
day 40   event release
day 45   run                      -> no unprotected, hold none
day 46   run                      -> hold, yes unprotected

# peer 30, the same with holds that Dunwell itself kept. The hold letter gives until Monday, day 42.
story A hold that was lifted by hand may return when the protection after it has ended
given customer ACME country=GB
day -30  invoice R1 1000.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 31   run                      -> hold
         send                     -> sent 1
day 38   release ACME because "They promised on the phone."
         send                     -> sent 1
day 43   run                      -> none, no unprotected, hold none
day 44   run                      -> hold, yes unprotected, drafted 1, proposed 1
         run                      -> hold, drafted 0, proposed 0
         send                     -> sent 1
day 45   run                      -> none, hold in_force, drafted 0
         letters ACME             -> letters hold sent then hold_release sent then hold sent

# peer 30: what was paid is paid. The younger invoice earns a hold of its own, with requests of its own.
story A hold that was cured does not return for the money that was paid
given policy hold.min_unanswered_requests = 1
given policy response_pause_days = 0
given customer ACME country=GB
day -30  invoice R1 1000.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 31   invoice R2 300.00 due day 33
day 31   run                      -> hold
         send                     -> sent 1
day 40   payment 1000.00 for R1
day 40   run                      -> release, released 1
         send                     -> sent 1
day 46   run                      -> none, yes unprotected, no unanswered, chaseable 300.00, hold none
day 64   run                      -> none, yes over_hold_days, no unanswered, drafted 0
day 78   run                      -> letter final_demand, total 300.00
         letters ACME             -> letters hold sent then hold_release sent then final_demand draft
