# Chasing someone who has paid is the worst error in this trade (product §2.4).

story Cash that nobody matched yet stops every letter
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 2    payment 500.00
day 3    run                      -> match_cash, unapplied 500.00, drafted 0, no exceeds_credits
         worklist                 -> says "match_cash", says "ACME"

# The payment is an answer, so the letter waits ten days.
story Cash that covers a part is taken off what the letter asks for
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 2    payment 200.00
day 12   run                      -> none, no not_paused
day 13   run                      -> letter reminder, chaseable 500.00, unapplied 200.00, total 300.00
         show ACME                -> says "€300.00"

story A draft is withdrawn because the customer paid
also on postgresql
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    run                      -> letter reminder, drafted 1
day 5    payment 500.00 for R1
day 5    run                      -> none, withdrawn 1, open 0.00
         letters ACME             -> letters reminder cancelled

story A withdrawn letter still tells why it was withdrawn
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    run                      -> letter reminder
day 5    payment 500.00 for R1
day 5    run                      -> withdrawn 1
         show ACME                -> says "No longer asked for on 2026-03-07"

story Somebody who paid between the draft and the approval is not written to
given customer ACME country=GB
given customer SLOW country=GB
day -30  invoice R1 500.00 of ACME due day 0
         invoice R2 90.00 of SLOW due day 0
day 3    run                      -> ACME: letter reminder
day 3    payment 500.00 of ACME for R1
day 3    approve                  -> exit 1, approved 1, refused 1, says "was withdrawn. No longer asked for"
         letters                  -> letters reminder cancelled then reminder approved

story On stale bank data letters are drafted but not approved, and it says what to import
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
         bank through day 0
day 3    run                      -> letter reminder, drafted 1
         approve                  -> approved 1
day 4    sent                     -> exit 2, sent 0, refused 1, says "Bank data is complete only through 2026-03-02"
         -> says "dunwell import payments.csv --bank-complete-through DATE"
         letters ACME             -> letters reminder approved
         bank through day 4
day 4    sent                     -> sent 1

story A bounced payment opens the invoice again on its day
given customer ACME country=GB
day -30  invoice R1 500.00 due day 0
day 3    run                      -> letter reminder
         send
day 6    payment 500.00 for R1
day 7    run                      -> none, open 0.00
day 9    reversal 500.00 for R1
day 16   run                      -> none, open 500.00, no not_paused
# The same episode: the money never stayed, so the ladder goes on.
day 17   run                      -> letter second_request, requests 1
