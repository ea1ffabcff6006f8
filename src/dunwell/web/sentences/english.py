"""What an English screen says where a service speaks of its command line; other languages say it in their catalogue.

A person at a screen has no options and no file names to write: each such sentence is told as what can be done there.
What only whoever installed the program can do (``dunwell restore``, ``dunwell doctor``) stays as it is.
"""

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "Bank data is complete only through %(day)s; on %(today)s the policy allows at most %(days)s days."
    " Import your bank's newest payments and say through which day they are complete:"
    " dunwell import payments.csv --bank-complete-through DATE": (
        "Bank data is complete only through %(day)s; for %(today)s the policy wants it no older than %(days)s days."
        " Import your bank's newest statement."
    ),
    "It is not known through which day bank data is complete; someone who has paid might be chased."
    " Import your bank's newest payments and say through which day they are complete:"
    " dunwell import payments.csv --bank-complete-through DATE": (
        "It is not known through which day bank data is complete; someone who has paid might be chased."
        " Import your bank's newest statement."
    ),
    "Money came in on %(day)s from nobody knows whom; someone who has paid might be chased."
    " Say whose it is: dunwell match list": (
        "Money came in on %(day)s, and nobody has said whose it is; someone who has paid might be chased."
        " Say whose it is under Matching."
    ),
    "A promise has its day: say --until.": "A promise needs a day: say until when.",
    "Say what is disputed: --note.": "Say what is disputed.",
    "A part that is disputed is a part of an invoice: say which with --invoice.": (
        "A disputed part belongs to one invoice: choose which."
    ),
    "Against the policy only with a reason: --reason.": "What goes against the policy needs a reason.",
    "Against the test only with a reason: --note.": "What goes against the test needs a reason.",
    "No policy version %(version)s is kept; dunwell policy versions lists those that are.": (
        "No policy version %(version)s is kept."
    ),
    "%(name)s (%(title)s) has no rate for %(day)s, in the %(half)s half-year of %(year)s; nothing is"
    " extrapolated. Add the published rate with `dunwell law update FILE.csv`.": (
        "%(name)s (%(title)s) has no rate for %(day)s, in the %(half)s half-year of %(year)s, and none is guessed."
        " Whoever installed Dunwell adds the published rate with “dunwell law update”."
    ),
    "Correct them in the rejects file.": "Correct them in the file of rejected rows.",
    'Enter it in payments.csv with kind credit_note, or say negative_invoices = "credit_note" in a mapping.': (
        "Enter it among the payments, as kind credit_note."
    ),
    'Are day and month the right way round? If it is so, say due_before_issue = "accept" in a mapping.': (
        "Are day and month the right way round?"
    ),
    "Name its encoding in the mapping, or save it as CSV (UTF-8).": "Save it as CSV (UTF-8).",
    'Name its encoding in the mapping: encoding = "...".': "Save it as CSV (UTF-8).",
    "If letters with accents look wrong, name the encoding in a mapping.": (
        "If letters with accents look wrong, save it as CSV (UTF-8)."
    ),
    "%(number)s differing row of %(kind)s left out: the mapping says that the first counts (here line %(line)s).": (
        "%(number)s differing row of %(kind)s left out: the first one counts (here line %(line)s)."
    ),
    "%(number)s differing rows of %(kind)s left out: the mapping says that the first counts (here line %(line)s).": (
        "%(number)s differing rows of %(kind)s left out: the first one counts (here line %(line)s)."
    ),
    "The mapping makes no use of the columns %(names)s.": "The columns %(names)s are not used.",
    "The mapping names this column, but the file has none.": "This column is expected, but the file has none.",
    "The rejects file has them all.": "The file of rejected rows has them all.",
    "Add it, or give a default currency in a mapping (--map).": "Add it, or point to the columns and say the currency.",
    "If it is, write its name or tax number into dunwell.toml as it stands there.": (
        "If it is, write its name or tax number into the settings as it stands there."
    ),
    "There is no bank entry %(entry)s; dunwell match list names those that wait.": (
        "There is no bank entry %(entry)s; those that wait are under Matching."
    ),
    "Bank entry %(entry)s has no proposal %(rank)s; say --invoice or --account.": (
        "Bank entry %(entry)s has no proposal %(rank)s; choose the invoice or the customer."
    ),
    "Decide with: dunwell match list. Or correct the rows of the rejects file and import it.": (
        "Decide under Matching, or correct the file of rejected rows and import it."
    ),
    "This is not valid TOML: %(error)s.": "The text cannot be read here: %(error)s.",
    "The letter may not carry %(charge)s here: %(reason)s": (
        "The letter may not ask for or announce this here (%(charge)s): %(reason)s"
    ),
    "%(word)s announces %(consequence)s, which the policy has not switched on.": (
        "%(word)s announces something that the policy has not switched on (%(consequence)s)."
    ),
    "%(name)s is whole": "the database (%(name)s) is in order",
    "Enter one in dunwell.toml.": "Enter one in the settings.",
    "Correct it in dunwell.toml.": "Correct it in the settings.",
    "Put it back; docs/guide/letters.md says how.": "Put it back; the manual says how (chapter “Letter texts”).",
    "Write it; docs/guide/letters.md says how.": "Write it; the manual says how (chapter “Letter texts”).",
    "The list is in docs/guide/letters.md.": "The manual lists them (chapter “Letter texts”).",
    "the attorney's name": "the lawyer's name",
    "the creditor whom the attorney acts for": "the creditor whom the lawyer acts for",
    "The creditor has no bank account to pay into.": "Your business has no bank account to pay into.",
    "The creditor has no e-mail address; give one in dunwell.toml.": (
        "Your business has no e-mail address; give one in the settings."
    ),
}
"""By the sentence as the service says it: the same sentence for a screen, with the same names of values."""
