# What is handed to somebody else, who may approve what, and the whole story of an account.

story A referral is worth it or not, needs a second person where the policy says so, and stops our letters
also on postgresql
given policy four_eyes = true
given customer SMALL country=GB
given customer LARGE country=GB
day -30  invoice R1 50.00 of SMALL due day 0
         invoice R2 10000.00 of LARGE due day 0
day 60   dunwell referral propose SMALL --as-of day 60 --by Ann -> exit 2, says "The test speaks against it"
         dunwell referral propose LARGE --as-of day 60 --by Ann -> says "Worth it", says "Referral 1: 10,000.00 EUR to attorney"
         dunwell referral propose LARGE --as-of day 60 --by Bob -> exit 2, says "already has a referral under way"
         dunwell referral approve 1 --as-of day 60 --by Ann     -> exit 2, says "wants somebody else to approve it"
         dunwell referral hand-over 1 --as-of day 60            -> exit 2, says "possible: approve, withdraw"
         dunwell referral approve --all --as-of day 60 --by Bob -> says "Approved: 1."
         dunwell referral hand-over 1 --as-of day 61 --by Bob --evidence "receipt 7"
day 61   run                                            -> LARGE: none, chaseable 0.00
         -> SMALL: letter reminder
day 90   dunwell referral recover 1 8000.00 --as-of day 90 -> says "8,000.00 EUR recovered"
day 60   run                                            -> LARGE: replay, chaseable 10000.00

story Nobody who has paid since is handed over, and nobody on old bank data
also on postgresql
given customer ACME country=GB
given customer LATE country=GB
day -30  invoice R1 10000.00 of ACME due day 0
         invoice R2 10000.00 of LATE due day 0
day 60   dunwell referral propose ACME --as-of day 60 --by Ann
         dunwell referral propose LATE --as-of day 60 --by Ann
         dunwell referral approve --all --as-of day 60 --by Bob -> says "Approved: 1, 2."
day 62   payment 10000.00 of ACME for R1
day 63   dunwell referral hand-over 1 --as-of day 63    -> exit 2, says "Nothing is demanded of ACME any more; withdraw referral 1."
         dunwell referral hand-over 2 --as-of day 70    -> exit 2, says "Bank data is complete only through"
         dunwell referral hand-over 2 --as-of day 63    -> says "handed over"

story Who drafted a letter by hand does not approve it where the policy wants four eyes
given policy four_eyes = true
given customer ACME country=GB credit_limit=100.00 currency=EUR
day -30  invoice R1 500.00 due day 0
day 5    dunwell check ACME 10.00 --draft --by Ann --as-of day 5 -> says "Refused"
         dunwell letters approve --all --by Ann --as-of day 5 -> exit 2, says "the policy wants somebody else"
         dunwell letters approve --all --by Bob --as-of day 5 -> says "1 letter approved"
day 5    run                                            -> letter reminder
         dunwell letters approve --all --by Ann --as-of day 5 -> says "1 letter approved"

story The timeline tells everything in order, and the case file holds it
given customer ACME country=GB language=en
day -30  invoice R1 500.00 due day 0
day 3    run
         send                                           -> sent 1
day 5    dunwell promise add ACME 100.00 --until day 8 --as-of day 5 --by Ann --note "Ms Ray on the telephone"
day 6    payment 100.00 for R1
day 7    run
day 8    dunwell dispute add ACME --invoice R1 --amount 20.00 --as-of day 8 --note "two bottles" --by Ann
day 9    dunwell timeline ACME
         -> says "2026-01-31 invoice R1 of EUR 500.00 issued, due 2026-03-02"
         -> says "2026-03-05 decided: letter reminder, EUR 500.00 due by run"
         -> says "letter ACME-20260305-reminder-EUR (reminder) sent by"
         -> says "2026-03-07 promise 1 made by Ann: Ms Ray on the telephone"
         -> says "2026-03-09 promise 1 kept by run: paid in full on 2026-03-08 (B1)"
         -> says "2026-03-10 dispute 1 opened by Ann: two bottles"
         dunwell timeline ACME --as-of day 5            -> says "promise 1 made", says not "kept"
         dunwell refer ACME --as-of day 9               -> says "case-ACME-EUR-2026-03-11.zip"
