"""Why the law forbids what a letter says: the reasons of ``letters/texts/unlawful.toml``, word for word."""

from django.utils.translation import gettext_noop as told

SENTENCES = (
    told(
        "An unpaid invoice is no crime; to threaten a report is coercion (DE StGB §§ 240, 253; GB"
        " Administration of Justice Act 1970, s. 40(1)(b); FR C. pénal 312-1; ES CP 171)."
    ),
    told(
        "Debts are not made public to press for payment (GDPR art. 5, 6; FR C. pénal 312-10; GB"
        " Administration of Justice Act 1970, s. 40(1)(a); ES LO 1/1982)."
    ),
    told(
        "A debt concerns creditor and customer, not employers, neighbours or customers of theirs (GDPR art."
        " 5, 6; DE UWG § 4a; US 15 U.S.C. 1692c(b) for collectors)."
    ),
    told(
        "To announce a visit puts pressure on people (GB Protection from Harassment Act 1997; DE UWG § 4a; FR"
        " C. pénal 222-33-2-2; ES CP 172 ter)."
    ),
    told("Only a court's title or an enforcement office opens the way to seizure; a creditor's letter has none."),
    told(
        "A creditor's letter may not look like one of a court or an authority (GB Administration of Justice"
        " Act 1970, s. 40(1)(c), (d); DE UWG § 5; US 15 U.S.C. 1692e(9) for collectors)."
    ),
    told("Vietnam bans the business of debt collection (Investment Law 2020, art. 6(1)(h))."),
    told("A public body is not referred to a collection agency; claim statutory interest instead."),
    told("A public body has no credit file."),
    told(
        "An entry needs two reminders four weeks apart and an undisputed debt (BDSG § 31(2)), and a letter"
        " that leaves this out misleads (UWG § 4a)."
    ),
    told(
        "Only banks and other participants report to the credit files of consumers; a supplier cannot do what"
        " the letter would announce."
    ),
    told(
        "Only credit institutions report to the credit information centre (CIC); a supplier cannot do what"
        " the letter would announce."
    ),
    told(
        "The fixed compensation is for trade debts only (Directive 2011/7/EU, art. 6; GB: Late Payment of"
        " Commercial Debts (Interest) Act 1998)."
    ),
    told("The costs of recovery without an enforceable title stay with the creditor (CPCE, art. L111-8)."),
    told(
        "A consumer's first reminder is free (BE: CEL, book XIX; DE: it is the reminder that brings the"
        " default, BGB § 286)."
    ),
    told(
        "A lawyer who collects from consumers owes the notices of 15 U.S.C. 1692e(11) and 1692g, which this"
        " text does not give; have the lawyer write it."
    ),
    told(
        "A letter of claim to an individual needs the information sheet, the reply form and 30 days (Pre-Action"
        " Protocol for Debt Claims); have the solicitor write it."
    ),
)
PHRASES: tuple[str, ...] = ()
