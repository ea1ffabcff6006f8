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
