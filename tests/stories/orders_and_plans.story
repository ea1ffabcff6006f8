# Orders on credit, and what is agreed instead of a hold.

# peer 14. Theirs sums a draft of 500 + 10 % = 550; its limit is 100, then 1,100; then what is past due may be 499.
story An order is checked against the limit, and against what may be past due
also on postgresql
given customer SMALL country=GB currency=EUR credit_limit=100.00
given customer LARGE country=GB currency=EUR credit_limit=1100.00
given customer AGREED country=GB currency=EUR credit_limit=1100.00 overdue_limit=499.00
given customer EASY country=GB currency=EUR credit_limit=1100.00 overdue_limit=550.00
day -30  invoice R1 550.00 of AGREED due day 0
         invoice R2 550.00 of EASY due day 0
day 0    dunwell check SMALL 550.00 --as-of day 0
         -> says "Refused on credit.", says "With this order EUR 550.00 would be owed or ordered; the limit is EUR 100.00."
         dunwell check LARGE 550.00 --as-of day 0       -> says "Approved."
         dunwell check AGREED 550.00 --as-of day 0      -> says "Approved.", says "EUR 1100.00 is owed or ordered"
day 1    dunwell check AGREED 1.00 --as-of day 1
         -> says "Refused on credit.", says "EUR 550.00 is past due; only EUR 499.00 is agreed."
         dunwell check EASY 1.00 --as-of day 1          -> says "Approved."
         dunwell check LARGE 550.00 USD --as-of day 1   -> says "A person decides.", says "nothing is converted by guess"

story An approved order counts until it is invoiced; a refused one never
given customer ACME country=GB currency=EUR credit_limit=1000.00
day 0    dunwell order add ACME O1 600.00 --as-of day 0 -> says "Order O1 approved."
day 0    run                                            -> exposure 600.00
day 1    dunwell order add ACME O2 600.00 --as-of day 1 -> says "Order O2 held.", says "EUR 1200.00 would be owed"
         dunwell check ACME 400.00 --as-of day 1        -> says "Approved."
day 2    invoice R1 600.00 due day 32 order_number=O1
day 2    run                                            -> exposure 600.00, open 600.00
         dunwell order list --all                       -> says "invoiced"
         dunwell order release ACME O2 --reason "a good customer" --by Ann --as-of day 2
day 3    run                                            -> exposure 1200.00
         dunwell order refuse ACME O2 --reason no --as-of day 3 -> exit 2, says "possible: hold, invoice"
day 1    run                                            -> replay, exposure 600.00

story A refusal is written with its reasons and the other ways to buy
given customer ACME country=GB currency=EUR credit_limit=100.00
day 0    invoice R1 50.00 due day 30
day 0    dunwell check ACME 80.00 --draft --as-of day 0 -> says "a part payment of EUR 30.00", says "waits for approval"
         approve                                        -> approved 1
         sent                                           -> sent 1
         show ACME                                      -> says "cannot supply"
         dunwell order add ACME O1 80.00 --as-of day 0  -> says "held"
         dunwell order refuse ACME O1 --reason "over the limit" --as-of day 1 -> says "waits for approval"
day 1    approve                                        -> approved 1

story Orders wait for the hold to end and go out in their order
also on postgresql
given customer ACME country=GB currency=EUR credit_limit=2000.00
day -30  invoice R1 1000.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 31   run                                            -> hold
         send                                           -> sent 1
day 32   dunwell order add ACME O1 300.00 --as-of day 32 -> says "Order O1 held.", says "The account is on credit hold."
         dunwell order add ACME O2 1900.00 --as-of day 32
         dunwell order add ACME O3 100.00 --as-of day 32
day 33   run
         letters ACME                                   -> letters hold sent then order_on_hold cancelled then order_on_hold cancelled then order_on_hold draft
         approve                                        -> approved 1
         show ACME                                      -> says "O1, O2 and O3"
day 34   payment 1000.00 for R1
day 34   run                                            -> release, released 1
         dunwell order list --json                      -> says "released"
         dunwell order show 1                           -> says "released by run: the hold has ended"
         dunwell order show 2                           -> says not "released"
         dunwell order show 3                           -> says not "released"
day 35   run                                            -> exposure 300.00

story Orders wait for a hold from before Dunwell to end, too
also on postgresql
given customer ACME country=GB currency=EUR credit_limit=2000.00
day -30  invoice R1 1000.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 31   event hold until day 42
day 32   dunwell order add ACME O1 300.00 --as-of day 32 -> says "Order O1 held.", says "The account is on credit hold."
day 33   run                                            -> hold in_force
         dunwell order show 1                           -> says not "released"
day 34   payment 1000.00 for R1
day 34   run                                            -> release, released 1
         dunwell order show 1                           -> says "released by run: the hold has ended"

story A plan that is accepted releases the hold, is kept, and ends
also on postgresql
given customer ACME country=GB currency=EUR credit_limit=2000.00
day -30  invoice R1 900.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 31   run                                            -> hold
         send                                           -> sent 1
day 33   dunwell plan offer ACME --instalments 3 --as-of day 33 --by Ann
         -> says "Plan 1 offered, open through 2026-04-13", says "300.00 EUR"
         approve                                        -> approved 1
         sent                                           -> sent 1
         dunwell plan accept 1 --how email --as-of day 35 -> exit 2, says "Say --accepted-by"
day 35   dunwell plan accept 1 --accepted-by "Ms Ray" --how email --as-of day 35 --by Ann -> says "Plan 1 is active"
         holds                                          -> hold released
         approve                                        -> approved 1
         show ACME                                      -> says "Ms Ray"
day 40   run                                            -> none, chaseable 0.00, hold none
day 50   payment 300.00 for R1
day 52   run                                            -> none, chaseable 0.00
         dunwell plan list                              -> says "active"
day 80   payment 600.00 for R1
day 80   run                                            -> none, open 0.00
         dunwell plan show 1                            -> says "completed by run: every instalment is paid"

story A plan that is not kept restores chasing and the hold, with its letter
also on postgresql
given customer ACME country=GB currency=EUR credit_limit=2000.00
day -30  invoice R1 900.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 31   run                                            -> hold
         send                                           -> sent 1
day 33   dunwell plan offer ACME --instalments 3 --as-of day 33
         dunwell plan accept 1 --accepted-by "Ms Ray" --how call --as-of day 33
         approve                                        -> approved 1
         sent                                           -> sent 1
day 49   run                                            -> none, chaseable 0.00
         dunwell plan list                              -> says "active"
day 54   run                                            -> none
         dunwell plan show 1                            -> says "defaulted by run: instalment 1 of 2026-04-20 is unpaid past its grace of 3 days"
         letters ACME                                   -> letters hold sent then plan_offer cancelled then plan_confirmation sent then plan_default draft
         approve                                        -> approved 1
         holds                                          -> says "approved"
         sent                                           -> sent 1
         holds                                          -> says "in_force"
         show ACME                                      -> says "instalment 1 not received"
day 55   run                                            -> chaseable 900.00, hold in_force
day 50   run                                            -> replay, chaseable 0.00

story A plan is not called broken on bank data that does not reach its day
given policy max_data_age_days = 60
given customer ACME country=GB
day -30  invoice R1 900.00 due day 0
day 5    dunwell plan offer ACME --as-of day 5
         dunwell plan accept 1 --accepted-by "Ms Ray" --how email --as-of day 5
         bank through day 10
day 40   run
         dunwell plan list                              -> says "active"

story An offer that nobody accepts lapses; one that is accepted is a promise
given policy longer_line.offered = true
given policy discount.offered = true
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 5    dunwell offer make ACME discount --as-of day 5 -> says "Offer 1: 490.00 EUR by 2026-03-16, open through 2026-03-16"
         approve                                        -> approved 1
day 15   run
         dunwell offer list --all                       -> says "lapsed"
         letters ACME                                   -> letters alternatives cancelled then reminder draft
day 16   dunwell offer make ACME longer_line --as-of day 16
         dunwell offer accept 2 --note "by e-mail" --as-of day 17 -> says "promise 1: 500.00 EUR"
day 17   run                                            -> none, chaseable 0.00

story An application that is granted becomes the limit
given customer ACME country=GB currency=EUR
day 0    dunwell check ACME 100.00 --as-of day 0        -> says "A person decides.", says "No credit limit is agreed."
         dunwell application add ACME 1000.00 --as-of day 0 --evidence form.pdf -> says "Application 1 waits"
         dunwell application grant 1 --amount 500.00 --reason "good references" --by Ann --as-of day 1
         dunwell check ACME 100.00 --as-of day 1        -> says "Approved."
         dunwell check ACME 500.01 --as-of day 1        -> says "Refused on credit."
         dunwell application refuse 1 --reason no --as-of day 1 -> exit 2, says "possible: nothing, it is over"

story Who has paid since is offered no plan any more, and who broke one is offered no other
given customer ACME country=GB
given customer LATE country=GB
day -30  invoice R1 900.00 of ACME due day 0
         invoice R2 900.00 of LATE due day 0
day 5    dunwell plan offer ACME --as-of day 5
         dunwell plan offer LATE --as-of day 5
         dunwell plan offer LATE --as-of day 5          -> exit 2, says "one at a time"
         dunwell plan accept 2 --accepted-by "Ms Ray" --how email --as-of day 5
day 6    payment 900.00 of ACME for R1
day 6    dunwell letters approve ACME-20260307-plan-offer-EUR --as-of day 6
         -> exit 2, says "was withdrawn: nothing is demanded any more"
day 40   run
         dunwell plan show 2                            -> says "defaulted"
         dunwell plan show 1                            -> says "lapsed"
day 41   dunwell plan offer LATE --as-of day 41         -> exit 2, says "Failed plans so far: 1; the policy allows only 0"
         dunwell plan offer LATE --as-of day 41 --against-policy --reason "new owner" -> says "Plan 3 offered"
         dunwell plan cancel 3 --reason "in error" --as-of day 41
         letters LATE                                   -> says "plan_offer"
