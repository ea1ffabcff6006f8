# The ladder of product §2.2: steps in their order, once per episode, never faster than the letters themselves allow.

story A customer first seen two hundred days late still gets the friendly reminder first
given customer LATE country=GB
day -30  invoice R1 500.00 due day 0
day 200  run                      -> letter reminder, days 200, no unanswered, no warned, hold none
         show LATE                -> says "Payment reminder"

story No hold by surprise: two letters without an answer, but neither warned of it
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 40   run                      -> letter third_request, yes over_hold_days, yes unanswered, no warned, hold none
         send                     -> sent 1
# The warning gives until 20 April, day 49; only then.
day 49   run                      -> none, no warned
day 50   run                      -> hold, yes warned

story An unsent draft never escalates
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    run                      -> letter reminder, drafted 1
day 12   run                      -> letter reminder, drafted 0, requests 0
         approve                  -> approved 1
day 45   run                      -> letter reminder, drafted 0, requests 0, no unanswered
         letters ACME             -> letters reminder approved

story A letter that waited too long does not go out with a date that has passed
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 12   run                      -> letter reminder, pay by 2026-03-23
         approve                  -> approved 1
day 45   sent                     -> exit 2, sent 0, refused 1

story A letter sent late gives its days from the sending
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 12   run                      -> letter reminder
         approve                  -> approved 1
day 17   sent                     -> sent 1
# Seven days after 19 March: through the 26th.
day 24   run                      -> no deadline_passed

story A cancelled letter gives its step back
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    run                      -> letter reminder
         send
day 12   run                      -> letter second_request
         cancel second_request of ACME because "Wrong invoice copy." -> cancelled 1
         run                      -> letter second_request, drafted 1, requests 1
         letters ACME             -> letters reminder sent then second_request cancelled then second_request draft
         cancel reminder of ACME because "Too late." -> exit 2, refused 1, says "is sent and cannot become cancelled"

story A missed week is caught up, one letter at a time
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    run                      -> letter reminder
         send
day 28   run                      -> letter second_request
         send
day 29   run                      -> none
day 36   run                      -> letter third_request

story At the end of the ladder a person decides; nothing repeats
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request step=third_request
day 31   event request step=hold
         event hold until day 42
day 45   event request until day 56 step=final_demand
day 59   run                      -> none
day 60   run                      -> refer, drafted 0
day 400  run                      -> refer, drafted 0
         letters ACME             -> letters none

story One letter lists all overdue invoices, and a younger invoice does not start the ladder anew
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day -22  invoice R2 80.00 due day 8
day 3    run                      -> letter reminder, total 500.00
         send
day 12   run                      -> letter second_request, total 580.00, drafted 1
         show ACME                -> says "R1", says "R2", says "€580.00"

story Two currencies, two ladders
also on postgresql
given customer ACME country=GB
day -30  invoice R1 500.00 EUR due day 0
day -20  invoice R2 700.00 USD due day 10
day 3    run
         -> ACME EUR: letter reminder, total 500.00
         -> ACME USD: none, open 700.00, overdue 0.00
         send                     -> sent 1
day 13   run
         -> ACME EUR: letter second_request, requests 1
         -> ACME USD: letter reminder, requests 0, total 700.00
         send                     -> sent 2
# A payment in dollars answers nothing in euros.
day 14   payment 700.00 USD for R2
day 24   run
         -> ACME EUR: letter third_request, unanswered 2, total 500.00
         -> ACME USD: none, open 0.00
