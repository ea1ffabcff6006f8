# The life of a credit hold, from its proposal to the letter that lifts it (product §2.1).

story A hold from the proposal to the release letter
also on postgresql
given customer ACME name="Acme Trading Ltd" country=GB
day -30  invoice R1 1000.00 due day 0
day 3    run                      -> letter reminder, days 3, total 1000.00, pay by 2026-03-12, hold none, drafted 1
         send                     -> sent 1
day 12   run                      -> letter second_request, requests 1, unanswered 1
         send                     -> sent 1
# 21 March is a Saturday, so the second letter gave until Monday the 23rd, which is day 21.
day 21   run                      -> none, no deadline_passed
day 22   run                      -> letter third_request, pay by 2026-03-31
         send                     -> sent 1
# Day 30 is not enough for a hold, day 31 is.
day 30   run                      -> none, yes warned, no over_hold_days
day 31   run                      -> hold, pay by 2026-04-13, drafted 1, proposed 1
         holds                    -> hold proposed, demanded 1000.00
         run                      -> hold, hold proposed, drafted 0, proposed 0
         approve                  -> approved 1
         holds                    -> hold approved
         run                      -> hold, hold approved, drafted 0, proposed 0
         sent                     -> sent 1
# Ten days from receipt; the e-mail arrives at once. 12 April is a Sunday.
         holds                    -> hold in_force, cure by 2026-04-13, demanded 1000.00
         run                      -> none, hold in_force, no cured, yes cure_in_time
# A part is not a cure.
day 38   payment 400.00 for R1
day 38   run                      -> none, hold in_force, open 600.00
day 40   payment 600.00 for R1
day 40   run                      -> release, hold in_force, open 0.00, drafted 1, released 1
         holds                    -> hold released
         letters ACME             -> letters reminder sent then second_request sent then third_request sent then hold sent then hold_release draft
         send                     -> sent 1
         show ACME                -> says "Credit hold lifted: your account ACME is open again"
day 41   run                      -> hold none, open 0.00

story A hold released by hand, with its reason and its letter
given customer ACME country=GB
day -30  invoice R1 1000.00 due day 0
day 3    event request step=reminder channel=email
day 12   event request step=second_request channel=email
day 22   event request until day 29 step=third_request channel=post
day 31   run                      -> hold, requests 3, unanswered 3
         send                     -> sent 1
day 33   release ACME because "The owner spoke with their director."
         holds                    -> hold released
         letters ACME             -> letters hold sent then hold_release draft
         send                     -> sent 1
day 34   run                      -> none, hold none, open 1000.00, no unprotected
         release ACME because "again" -> exit 2, says "has no live hold in EUR"

story Nobody argues with a person: a cancelled hold letter withdraws its hold
given customer ACME country=GB
day -30  invoice R1 1000.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 31   run                      -> hold
         cancel hold of ACME because "We call them first." -> cancelled 1
         holds                    -> hold withdrawn
# The step comes back, and the next day proposes it again.
day 32   run                      -> hold, proposed 1, drafted 1
         letters ACME             -> letters hold cancelled then hold draft

story The same day does not draft the hold letter again without its hold
given customer ACME country=GB
day -30  invoice R1 1000.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 31   run                      -> hold
         cancel hold of ACME because "We call them first."
         run                      -> proposed 0, drafted 0
         letters ACME             -> letters hold cancelled

story A proposal that is lifted by hand takes its letter with it
given customer ACME country=GB
day -30  invoice R1 1000.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 31   run                      -> hold
         release ACME because "They called." -> exit 0
         holds                    -> hold withdrawn
         letters ACME             -> letters hold cancelled

story No hold is in force without its letter
given customer ACME country=GB
day -30  invoice R1 1000.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 31   run                      -> hold
         approve                  -> approved 1
day 34   run                      -> hold, hold approved, drafted 0, proposed 0
         holds                    -> hold approved, cure by none
         sent                     -> sent 1
# Ten days from the day of sending, not from the day of the proposal.
         holds                    -> hold in_force, cure by 2026-04-15

story A hold proposal is withdrawn with its letter when the money comes in
given customer ACME country=GB
day -30  invoice R1 1000.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 31   run                      -> hold
         approve                  -> approved 1
day 32   payment 1000.00 for R1
day 32   sent                     -> exit 2, sent 0, refused 1, says "No longer asked for"
         holds                    -> hold withdrawn
         letters ACME             -> letters hold cancelled
         run                      -> none, hold none

story When the time to cure has passed the consequences are proposed and nothing else happens by itself
given customer ACME country=GB
given policy hold.consequences = ["credit_limit"]
day -30  invoice R1 1000.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 31   event hold until day 42
day 42   run                      -> hold in_force, yes cure_in_time
day 43   run                      -> hold in_force, no cure_in_time, limit none

story A contract that forbids holds brings the alternatives instead
given customer FREE  country=GB contract_allows_hold=no
given customer BOUND country=GB contract_allows_hold=yes
day -30  invoice R1 1000.00 of FREE due day 0
         invoice R2 1000.00 of BOUND due day 0
day 3    event request of FREE step=reminder
         event request of BOUND step=reminder
day 12   event request of FREE step=second_request
         event request of BOUND step=second_request
day 22   event request of FREE until day 29 step=third_request
         event request of BOUND until day 29 step=third_request
day 31   run
         -> FREE: review, no hold_allowed, hold none
         -> BOUND: hold
         place FREE because "I insist." -> exit 2, says "does not allow holds"
# The ladder goes on where the hold is not allowed.
day 45   run                      -> FREE: letter final_demand

story A policy that forbids holds wins over a contract that allows them
given policy hold.allowed = false
given customer ACME country=GB contract_allows_hold=yes
day -30  invoice R1 1000.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 31   run                      -> review, no hold_allowed

story A hold placed by hand is proposed with its letter
given customer ACME country=GB
day -30  invoice R1 1000.00 due day 0
day 10   place ACME because "They told us they are insolvent."
         holds                    -> hold proposed, demanded 1000.00
         letters ACME             -> letters hold draft
         place ACME because "Once more." -> exit 2, says "already has a live hold"

story A hold placed by hand comes into force with its letter like any other
given customer ACME country=GB
day -30  invoice R1 1000.00 due day 0
day 10   place ACME because "They told us they are insolvent."
         holds                    -> hold proposed, demanded 1000.00
         letters ACME             -> letters hold draft
         place ACME because "Once more." -> exit 2, says "already has a live hold"
         send                     -> sent 1
         holds                    -> hold in_force, cure by 2026-03-23

story A hold from before Dunwell is lifted by hand, with its reason and its letter
given customer ACME country=GB
given customer FREE country=GB
day -30  invoice R1 1000.00 of ACME due day 0
         invoice R2 500.00 of FREE due day 0
day 3    event request of ACME step=reminder
day 12   event request of ACME step=second_request
day 22   event request of ACME until day 29 step=third_request
day 31   event hold of ACME until day 42
day 33   run                      -> ACME: hold in_force, yes held
         dunwell hold list        -> says "before Dunwell", says "1 hold."
         release ACME because "They pay by standing order now."
         dunwell hold list        -> says "0 holds."
         letters ACME             -> letters hold_release draft
         release ACME because "again" -> exit 2, says "has no live hold in EUR"
         release FREE because "never held" -> exit 2, says "has no live hold in EUR"
         approve                  -> approved 2
         show ACME                -> says "We have reviewed the credit hold"
         dunwell timeline ACME    -> says "They pay by standing order now."
day 34   sent                     -> sent 2
day 34   run                      -> ACME: none, hold none, open 1000.00, no unprotected
day 32   run                      -> replay
                                  -> ACME: hold in_force

story A statement of account is drafted by hand, stays true whatever is paid, and asks for nothing
given customer ACME country=GB
day -10  invoice R1 500.00 due day 20
day 2    dunwell letters statement ACME --by Ann --as-of day 2 -> says "waits for approval"
day 4    payment 500.00 for R1
         run                      -> withdrawn 0, requests 0
         letters ACME             -> letters statement draft
         send                     -> sent 1
day 5    run                      -> none, requests 0, open 0.00
