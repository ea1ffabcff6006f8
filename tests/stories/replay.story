# The past is read, not rewritten (product §2).

story A run for an earlier day is read-only and says what was decided then
also on postgresql
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    run                      -> letter reminder, recorded
         send
day 12   run                      -> letter second_request
         send
# A payment that becomes known later does not change what was decided before it.
day 13   payment 500.00 for R1
day 13   run                      -> none, open 0.00
day 3    run                      -> letter reminder, open 500.00, requests 0, replay, drafted 0
day 12   run                      -> letter second_request, requests 1, replay
         letters ACME             -> letters reminder sent then second_request sent

story A day without a run is replayed from the ledger of that day
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 10   payment 500.00 for R1
day 12   run                      -> none, open 0.00
day 5    run                      -> letter reminder, open 500.00, replay, drafted 0
         letters ACME             -> letters none

story A replay follows the policy version of its day
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    run                      -> letter reminder
day 10   policy grace_days = 14
day 10   run                      -> none, overdue 0.00, withdrawn 1
day 3    run                      -> letter reminder, replay

story A dry run writes nothing and says what a run would do
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    dry run                  -> letter reminder, drafted 0
         letters ACME             -> letters none
         why ACME                 -> letter reminder, yes step_due, no over_hold_days

story A policy with a mistake decides nothing
given customer ACME country=GB
given policy grace_days = "three"
day -30  invoice R1 500.00 due day 0
day 3    dunwell run --as-of 2026-03-05  -> exit 2, says "grace_days"

story An invoice without a due date counts as current and is named as a problem
given customer ACME country=GB
day -30  invoice R1 500.00 due unknown
day 60   run                      -> exit 1, none, open 500.00, overdue 0.00, bucket current 500.00, says "1 invoice without a due date"

story A part that was agreed to later is not what was disputed on the earlier day
also on postgresql
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 2    dunwell dispute add ACME --invoice R1 --amount 120.00 --note "short delivery" --as-of day 2
day 4    dunwell dispute uphold 1 --amount 50.00 --reason "four bottles" --as-of day 4
day 6    run                                            -> chaseable 450.00
day 3    run                                            -> replay, chaseable 380.00
         why ACME                                       -> chaseable 380.00
         dunwell dispute list --as-of day 3 --json      -> says "12000", says not "5000"
         dunwell dispute list --as-of day 4 --json      -> says "5000", says not "12000"
day 4    run                                            -> replay, chaseable 450.00
day 1    run                                            -> replay, chaseable 500.00

story A whole invoice was disputed until a part of it was agreed to
also on postgresql
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
         invoice R2 80.00 due day 0
day 2    dunwell dispute add ACME --invoice R1 --note "not ordered" --as-of day 2
day 5    dunwell dispute uphold 1 --amount 50.00 --reason "a part of it" --as-of day 5
day 5    run                                            -> chaseable 530.00
day 4    run                                            -> replay, chaseable 80.00

story A limit that was granted later does not count on the earlier day
also on postgresql
given customer ACME country=GB credit_limit=300.00
given customer IDLE country=GB credit_limit=70.00
day -30  invoice R1 500.00 of ACME due day 0
         invoice R2 10.00 of IDLE due day 0
day 1    dunwell application add ACME 900.00 --as-of day 1
day 4    dunwell application grant 1 --amount 800.00 --reason "good figures" --as-of day 4
day 6    run                                            -> ACME: limit 800.00
                                                        -> IDLE: limit 70.00
day 3    run                                            -> ACME: replay, limit 300.00
                                                        -> IDLE: limit 70.00

story A replay of a day without a run says what was learned of it too late
also on postgresql
given customer ACME country=GB
given customer IDLE country=GB
day -30  invoice R1 500.00 of ACME due day 0
         invoice R2 90.00 of IDLE due day 0
day 6    run                                            -> ACME: letter reminder
day 5    run                                            -> ACME: replay, letter reminder, open 500.00
day 4    payment 500.00 of ACME for R1
day 7    run                                            -> ACME: none
day 5    run                                            -> ACME: replay, exit 1, open 0.00, says "Of ACME something dated by 2026-03-07 became known only after the run of 2026-03-08; it counts here."
                                                        -> IDLE: says not "Of IDLE"
         dunwell why ACME --as-of day 5                 -> says "became known only after the run of 2026-03-08"
         dunwell why IDLE --as-of day 5                 -> says not "replay:"
day 6    run                                            -> ACME: replay, open 500.00

story What was a problem then is told again, and what is one since is not
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
         invoice R2 20.00 due unknown
day 3    run                                            -> exit 1, says "1 invoice without a due date"
day 5    invoice R3 20.00 due unknown
day 5    run                                            -> exit 1, says "2 invoices without a due date"
day 3    dunwell run --replay --as-of day 3             -> exit 1, says "1 invoice without a due date"
day 9    dunwell run --replay --as-of day 9             -> exit 2, says "There is nothing to replay as of 2026-03-11: the latest run is of 2026-03-07."
