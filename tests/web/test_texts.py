"""The owner's own letter texts on their screens."""

from collections.abc import Callable

from django.test import Client

from dunwell.store.workspace import Workspace

PATH = "/text/de/hold"


def test_a_fault_is_named_with_its_line_while_somebody_writes(client_as: Callable[[str], Client]) -> None:
    page = client_as("approver").post(f"{PATH}/check", {"source": "# subject\n\nHallo {{ nobody_knows }}\n"})
    assert "nobody_knows" in page.content.decode()
    assert "Line 3" in page.content.decode()


def test_a_kept_text_is_used_and_ours_comes_back(shop: Workspace, client_as: Callable[[str], Client]) -> None:
    client = client_as("approver")
    source = client.get(PATH).context_data["text"].source  # type: ignore[index]
    client.post(PATH, {"source": source.replace("Liefersperre für Ihr Kundenkonto", "Sperre Ihres Kundenkontos")})
    assert "Sperre Ihres Kundenkontos" in (shop.texts / "de" / "hold.md").read_text(encoding="utf-8")
    assert client.get(PATH).context_data["text"].is_own  # type: ignore[index]
    client.post(f"{PATH}/ours")
    assert not client.get(PATH).context_data["text"].is_own  # type: ignore[index]
    assert (shop.texts / "de" / "hold.md.bak").is_file(), "nothing is lost"


def test_a_sample_shows_the_text_as_a_letter_that_can_run_nothing(client_as: Callable[[str], Client]) -> None:
    client = client_as("approver")
    source = client.get(PATH).context_data["text"].source  # type: ignore[index]
    sample = client.post(f"{PATH}/sample", {"source": source})
    assert "sandbox" in sample.headers["Content-Security-Policy"]
    assert "Liefersperre" in sample.content.decode()


def test_a_text_cannot_reach_out_of_its_sandbox(client_as: Callable[[str], Client]) -> None:
    hostile = "# subject\n\n{{ ''.__class__.__mro__ }}\n"
    client = client_as("approver")
    assert "Nothing to mend" not in client.post(f"{PATH}/check", {"source": hostile}).content.decode()
    assert client.post(f"{PATH}/sample", {"source": hostile}).status_code == 422


def test_only_known_texts_have_a_file(shop: Workspace, client_as: Callable[[str], Client]) -> None:
    for path in ("/text/de/..%2f..%2fpolicy", "/text/xx/hold", "/text/de/passwd"):
        assert client_as("approver").post(path, {"source": "x"}).status_code in (302, 404)
    assert sorted(file.name for file in shop.texts.rglob("*.md")) == []
