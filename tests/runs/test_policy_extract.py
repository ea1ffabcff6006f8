"""``dunwell policy extract``: the clauses that apply to one customer, in its language."""

from collections.abc import Callable
from pathlib import Path

from dunwell.policy.clauses import clauses
from dunwell.policy.parse import parse_policy
from tests.support.command_line import CommandLine

POLICY = """default = "standard"

[[select]]
policy = "private"
party_type = "consumer"

[policy.standard]
minimum = { EUR = "20.00", RON = "100.00" }
compensation = true

[policy.private]
hold = { allowed = false }
compensation = true
"""
CUSTOMERS = (
    "account_number,name,country,language,party_type,currency,policy\n"
    "FIRM,Firm SRL,RO,ro,business,RON,\nANNA,Anna,DE,de,consumer,EUR,\nBERT,Bert,DE,de,consumer,EUR,standard\n"
)


def test_each_customer_reads_the_clauses_of_its_own_policy(
    cli: CommandLine, workspace: Callable[..., Path], tmp_path: Path
) -> None:
    folder = workspace()
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    cli("import", tmp_path / "customers.csv", workspace=folder)
    policies, _ = parse_policy(POLICY, "policy.toml")
    assert policies is not None
    told = {
        "FIRM": ("standard", "default", "ro", "RON", "business"),
        "ANNA": ("private", "rule 1", "de", "EUR", "consumer"),
        "BERT": ("standard", "name", "de", "EUR", "consumer"),
    }
    for number, (name, by, language, currency, party) in told.items():
        answer = cli("policy", "extract", number, "--json", workspace=folder).json()
        assert (answer["policy"], answer["selected_by"], answer["language"]) == (name, by, language)
        expected = clauses(policies.policies[name], language, currency, party)
        assert [(c["number"], c["key"], c["text"]) for c in answer["clauses"]] == [
            (c.number, c.key, c.text) for c in expected
        ]
    french = cli("policy", "extract", "ANNA", "--language", "fr", workspace=folder).ok().stdout
    assert french.startswith("ANNA Anna, as of ")
    assert "Délai de paiement" in french
    unknown = cli("policy", "extract", "NOBODY", workspace=folder)
    assert (unknown.exit_code, "There is no account NOBODY." in unknown.stderr) == (2, True)
