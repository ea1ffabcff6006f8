# A customer who answered is not silent (product §2.1).

story An answer stops the clock for ten days, and requests before it no longer count
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    event request step=reminder
day 12   event request step=second_request
day 22   event request until day 29 step=third_request
day 30   event response channel=email
day 31   run                      -> none, requests 3, unanswered 0, no unanswered, no not_paused
day 40   run                      -> none, no not_paused
# The pause is over, but nobody has been asked since; only what is asked from now on can go unanswered.
day 41   run                      -> none, yes not_paused, no unanswered, yes warned
day 45   run                      -> letter final_demand

story A promise keeps the peace until its day and not a day longer
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    event request step=reminder
day 13   event promise for R1 until day 30
day 30   run                      -> none, chaseable 0.00, open 500.00
# Broken: the ladder goes on where it was; a broken promise earns no second friendly reminder.
day 31   run                      -> letter second_request, chaseable 500.00, unanswered 0
         send
day 42   run                      -> letter third_request, unanswered 1

story A kept promise ends the matter
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    event request step=reminder
day 13   event promise for R1 until day 30
day 29   payment 500.00 for R1
day 31   run                      -> none, open 0.00, requests 0

story A disputed invoice is left alone, the others are not
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
         invoice R2 80.00 due day 0
day 2    event dispute for R1
day 12   run                      -> none, no not_paused, chaseable 80.00
day 13   run                      -> letter reminder, chaseable 80.00, overdue 580.00, total 80.00
         show ACME                -> says "R2", says "€80.00"

story An excluded customer is left alone until further notice
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 2    event exclusion
day 100  run                      -> none, overdue 500.00, chaseable 0.00

story A draft is withdrawn when the customer answers
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    run                      -> letter reminder
day 4    event response
day 4    run                      -> none, withdrawn 1
         letters ACME             -> letters reminder cancelled
# After the pause the reminder is due again.
day 15   run                      -> letter reminder, drafted 1
