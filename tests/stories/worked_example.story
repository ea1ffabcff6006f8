# The worked example of product §2.3: 1,000 bottles, delivered on 1 October, invoiced on 3 October, due on 3 November.

story A thousand bottles, thirty days late
also as separate commands
given day 0 is 2026-11-03
given creditor US USD America/New_York
given policy late_fee = { kind = "percent", percent = "10.00", from_days_past_due = 30 }
given customer BAR name="Corner Bar LLC" country=US
day 2026-10-03  invoice R1 250.00 due 2026-11-03 delivered_on=2026-10-01 order_number=O-77 description="1,000 bottles"
day 2026-12-03  run               -> letter reminder, days 30, open 250.00, fee 25.00, total 275.00
         -> bucket 1_30 250.00, bucket 31_60 0.00

story The letter for the thousand bottles shows what is owed, line by line and in total
given day 0 is 2026-11-03
given creditor US USD America/New_York
given policy late_fee = { kind = "percent", percent = "10.00", from_days_past_due = 30 }
given customer BAR name="Corner Bar LLC" country=US
day 2026-10-03  invoice R1 250.00 due 2026-11-03 delivered_on=2026-10-01 order_number=O-77 description="1,000 bottles"
day 2026-12-03  run               -> letter reminder
         show BAR                 -> says "R1 | O-77 | 10/01/2026 | 11/03/2026 | 30 | 250.00 | 25.00 | 275.00", says "$275.00"

story The day before, there is no late fee yet
given day 0 is 2026-11-03
given creditor US USD America/New_York
given policy late_fee = { kind = "percent", percent = "10.00", from_days_past_due = 30 }
given customer BAR country=US
day 2026-10-03  invoice R1 250.00 due 2026-11-03
day 2026-12-02  run               -> letter reminder, days 29, fee 0.00, total 250.00
