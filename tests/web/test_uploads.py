"""Files that are meant to do harm: too large, cut off, packed to burst, badly named, dressed as something else."""

import http.client
import io
import socket
import struct
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dunwell.config import web
from dunwell.config.listening import listening
from dunwell.errors import UsageError
from dunwell.runs import uploads
from dunwell.runs.pictures import PIXELS_MAX, picture_kind
from dunwell.sources.rows import Limits
from dunwell.sources.unpacking import unpack
from dunwell.store.models import ImportBatch
from dunwell.store.workspace import Workspace
from tests.web.conftest import stop
from tests.web.test_import import KNOWN, folder_of, hand_over, text

BOUNDARY = "dunwell"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
BODY_MAX = 40_000
"""What the server of these tests reads; the real one reads more."""


def part(name: str, content: bytes, kind: str = "text/csv") -> bytes:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: {kind}\r\n'
    )
    return head.encode() + b"\r\n" + content + b"\r\n"


def field(name: str) -> bytes:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\nx\r\n'.encode()


END = f"--{BOUNDARY}--\r\n".encode()


def left(shop: Workspace) -> list[str]:
    """What lies in the folder of uploads."""
    folder = shop.path / uploads.FOLDER
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


DAMAGED = {
    "cut off within a file": part("open.csv", KNOWN)[:-40],
    "cut off within a header": part("open.csv", KNOWN) + f'--{BOUNDARY}\r\nContent-Disposition: form-data; na'.encode(),
    "more fields than a form of ours has": part("open.csv", KNOWN) + field("f") * 20_001 + END,
    "a name of four thousand letters": part("x" * 4096 + ".csv", KNOWN) + END,
    "base64 that is none": (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n***!\r\n"
    ).encode()
    + END,
}  # fmt: skip


def test_a_damaged_form_leaves_nothing_behind(client_as: Callable[[str], Client], shop: Workspace) -> None:
    client, ends = client_as("clerk"), {}
    for what, body in DAMAGED.items():
        answer = client.post("/import/files", body, content_type=FORM)
        ends[what] = answer.status_code
        if answer.status_code == 400:
            assert "too large, damaged" in answer.content.decode()
        for look in left(shop):  # a file that came in part can be looked at, and thrown away
            assert answer.headers["Location"] == f"/import/{look}"
            client.post(f"/import/{look}/discard", {})
        assert left(shop) == []
    assert ends == {
        "cut off within a file": 302,
        "cut off within a header": 302,
        "more fields than a form of ours has": 400,
        "a name of four thousand letters": 400,
        "base64 that is none": 302,
    }


def test_a_disk_that_is_full_leaves_nothing_behind(
    client_as: Callable[[str], Client], shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> Path:
        raise OSError(28, "No space left on device")

    client = client_as("clerk")
    client.raise_request_exception = False
    monkeypatch.setattr("dunwell.web.uploading.place_for", full)
    answer = client.post("/import/files", {"files": SimpleUploadedFile("open.csv", KNOWN)})
    assert answer.status_code == 500
    assert left(shop) == []


HOSTILE_NAMES = (
    "../../../dunwell.toml",
    "/etc/passwd",
    "..\\..\\policy.toml",
    "<img src=x onerror=alert(1)>.csv",
    "\u202evsc.exe.csv",
    "lang\u0007\u200b.csv",
    "x" * 800 + ".csv",
    "'; DROP TABLE invoices; --.csv",
    "%2e%2e%2fdunwell.toml",
    "CON.csv",
)


def test_a_hostile_name_stays_in_its_folder_and_is_only_shown(
    client_as: Callable[[str], Client], shop: Workspace
) -> None:
    client, before = client_as("clerk"), (shop.path / "dunwell.toml").read_bytes()
    body = b"".join(part(name, KNOWN) for name in HOSTILE_NAMES)
    look = client.post("/import/files", body + END, content_type=FORM).headers["Location"]
    kept = list(folder_of(shop, look).glob("files/*/*"))
    assert len(kept) == len(HOSTILE_NAMES)
    assert all(len(path.name.encode()) <= 120 for path in kept)
    assert not set("".join(path.name for path in kept)) & set("/\\\0\u202e\u200b\u0007")
    shown = [text(client, look), client.post(f"{look}/take", {}, follow=True).content.decode(), text(client, "/import")]
    assert not any("onerror=alert(1)>" in page or "\u202e" in page for page in shown)
    assert (shop.path / "dunwell.toml").read_bytes() == before


NO_LEDGERS = {
    "page.html": (b"<html><script>alert(1)</script></html>", "text/html"),
    "run.csv": (b"#!/bin/sh\ntouch /tmp/dunwell-was-here\n", "text/csv"),
    "program.xlsx": (b"MZ\x90\x00" + bytes(500), "application/vnd.ms-excel"),
    "picture.pdf": (b"\x89PNG\r\n\x1a\n" + bytes(50), "application/pdf"),
    "drawing.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "image/svg+xml"),
    "entity.xml": (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "text/xml"),
    "laughs.xml": (
        b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;">]>'
        b"<a>&d;&d;&d;</a>", "text/xml",
    ),
    "zeros.csv": (bytes(5000), "text/csv"),
}  # fmt: skip


def test_what_is_no_ledger_is_read_by_nobody_and_served_to_nobody(
    client_as: Callable[[str], Client], shop: Workspace
) -> None:
    client, before = client_as("clerk"), ImportBatch.objects.count()
    body = b"".join(part(name, content, kind) for name, (content, kind) in NO_LEDGERS.items())
    look = client.post("/import/files", body + END, content_type=FORM).headers["Location"]
    page, token = text(client, look), look.rsplit("/", 1)[1]
    assert ("<script>alert" in page, "root:" in page) == (False, False)
    assert (folder_of(shop, look) / "files" / "0001" / "page.html").is_file()
    for address in (
        f"/uploads/{token}/files/0001/page.html",
        f"/static/../uploads/{token}/files/0001/page.html",
        f"/static/%2e%2e/uploads/{token}/files/0001/page.html",
        f"/import/{token}/files/0001/page.html",
        "/customer/1011/document/../uploads",
        "/dunwell.toml",
        "/secret_key",
    ):
        assert client.get(address).status_code == 404
    client.post(f"{look}/take", {})
    assert ImportBatch.objects.count() == before


def test_static_files_are_nothing_but_what_they_are_and_nothing_lies_beside_them(shop: Workspace) -> None:
    with served(shop) as port:
        answer = sent(port, b"GET /static/mark.svg HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert b"X-Content-Type-Options: nosniff" in answer
        assert b"Access-Control-Allow-Origin" not in answer
        for path in (
            b"/static/../urls.py",
            b"/static/..%2furls.py",
            b"/static//etc/passwd",
            b"/static/%00",
            b"/static/",
        ):
            answer = sent(port, b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            assert answer.split(b" ")[1] == b"404", path


def bomb(size: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("invoices.csv", bytes(size))
    return packed.getvalue()


def stored(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def workbook(cells: bytes) -> bytes:
    """A workbook whose one sheet unpacks to far more than it is."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", cells)
    return packed.getvalue()


def test_a_workbook_that_bursts_is_refused_before_it_is_unpacked(client_as: Callable[[str], Client]) -> None:
    client = client_as("clerk")
    page = text(client, hand_over(client, ("list.xlsx", workbook(b" " * 60_000_000))))
    assert "sheet_bytes_max" in page or "archive_ratio_max" in page


def test_an_archive_that_bursts_is_refused_before_it_is_unpacked(client_as: Callable[[str], Client]) -> None:
    client = client_as("clerk")
    page = text(client, hand_over(client, ("all.zip", bomb(250_000_000))))
    assert "archive_ratio_max" in page


def test_archives_in_archives_share_one_limit(tmp_path: Path) -> None:
    many = stored({f"{number}.zip": bomb(4_000_000) for number in range(6)})
    (tmp_path / "many.zip").write_bytes(many)
    found = unpack([tmp_path / "many.zip"], Limits(archive_bytes_max=10_000_000))
    assert sum(len(file.content) for file in found.files if isinstance(file.content, bytes)) <= 10_000_000
    assert [problem.message for problem in found.problems] == [
        "It unpacks to more than 10,000,000 bytes (limit archive_bytes_max)."
    ] * 4


def test_archives_lie_in_archives_only_so_deep(tmp_path: Path) -> None:
    inner = stored({"a.csv": b"x"})
    for _ in range(10):
        inner = stored({"a.zip": inner})
    (tmp_path / "deep.zip").write_bytes(inner)
    assert [
        "(limit archive_depth_max)" in one.message for one in unpack([tmp_path / "deep.zip"], Limits()).problems
    ] == [True]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int) -> bytes:
    """A whole PNG that says how large it is; what is in it does not matter, for it must not be unpacked."""
    size = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    inside = chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + inside


def jpeg(width: int, height: int) -> bytes:
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + app + frame + b"\xff\xda" + bytes(20) + b"\xff\xd9"


def drawing(link: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{link}"/></svg>'.encode()


def carried(picture: bytes, kind: str = "png") -> bytes:
    import base64

    return drawing(f"data:image/{kind};base64,{base64.b64encode(picture).decode()}")


@pytest.mark.parametrize(
    ("picture", "kind"), [(png(5000, 5000), "png"), (jpeg(5000, 5000), "jpg"), (carried(png(20, 20)), "svg")]
)
def test_a_picture_of_a_size_that_can_be_printed_is_taken(picture: bytes, kind: str) -> None:
    assert PIXELS_MAX == 25_000_000
    assert picture_kind(picture) == kind


@pytest.mark.parametrize(
    "picture",
    [
        png(5000, 5001),
        png(2**31, 2**31),
        png(0, 5),
        jpeg(65_535, 65_535),
        carried(png(60_000, 60_000)),
        drawing("data:image/svg+xml;base64,PHN2Zz48c2NyaXB0Lz48L3N2Zz4="),
        drawing("data:image/png;base64,AAAA"),
        drawing("file:///etc/passwd"),
        drawing("//127.0.0.1/x.png"),
        drawing("javascript:alert(1)"),
    ],
)  # fmt: skip
def test_a_picture_that_bursts_or_reaches_out_is_refused(picture: bytes) -> None:
    with pytest.raises(UsageError):
        picture_kind(picture)


class served:  # noqa: N801 - used as a block, like a function
    """A real server of the sample business that reads little, on a free port."""

    def __init__(self, shop: Workspace) -> None:
        self.shop = shop

    def __enter__(self) -> int:
        options = {"host": "127.0.0.1", "port": 0, "threads": 2, "max_request_body_size": BODY_MAX}
        server: Any = listening(web.application(), **options)
        self.server = server
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        return int(server.effective_port)

    def __exit__(self, *_error: object) -> None:
        stop(self.server, self.thread)


def sent(port: int, *pieces: bytes) -> bytes:
    """Send bytes as they are; return the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        for piece in pieces:
            line.sendall(piece)
        answer = b""
        while more := line.recv(65536):
            answer += more
    return answer


@pytest.fixture
def cookie(client_as: Callable[[str], Client]) -> str:
    return f"sessionid={client_as('clerk').cookies['sessionid'].value}"


def pieces(size: int) -> Iterator[bytes]:
    for _ in range(size // 10_000):
        yield bytes(10_000)


def test_a_request_that_is_too_large_is_told_so_on_a_page_in_the_persons_language(shop: Workspace, cookie: str) -> None:
    with served(shop) as port:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Content-Type": FORM, "Content-Length": "2000000", "Cookie": cookie}
        line.request("POST", "/import/files", pieces(2_000_000), {**headers, "Accept-Language": "de"})
        answer = line.getresponse()
        page = answer.read().decode()
        line.request("GET", "/sign-in", headers={"Accept-Language": "de"})
        after = line.getresponse().status
        line.close()
    assert (answer.status, after) == (413, 200)
    assert answer.getheader("Content-Type") == "text/html; charset=utf-8"
    assert "This is too large to be read, and nothing of it was kept." in page
    assert left(shop) == []


def test_a_stranger_hears_it_in_the_language_of_the_browser(shop: Workspace) -> None:
    with served(shop) as port:
        head = f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: de\r\nContent-Length: {BODY_MAX}\r\n\r\n"
        answer = sent(port, head.encode(), bytes(BODY_MAX))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert "Das ist zu groß".encode() in answer


def test_a_request_without_a_length_ends_where_the_limit_is(shop: Workspace, cookie: str) -> None:
    head = (
        f"POST /import/files HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nContent-Type: {FORM}\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    block = b"2710\r\n" + bytes(10_000) + b"\r\n"
    with served(shop) as port:
        answer = sent(port, head.encode(), block * 4)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert left(shop) == []


def test_whoever_goes_away_in_the_middle_leaves_nothing_behind(shop: Workspace, cookie: str) -> None:
    head = (
        f"POST /import/files HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nContent-Type: {FORM}\r\n"
        "Content-Length: 30000\r\n\r\n"
    )
    with served(shop) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            line.sendall(head.encode() + part("open.csv", KNOWN))
        sent(port, b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert left(shop) == []


def test_a_small_limit_of_memory_for_forms_is_told_on_a_page(client_as: Callable[[str], Client]) -> None:
    answer = client_as("clerk").post("/customer/1011/note", {"text": "x" * 6_000_000})
    assert answer.status_code == 400
    assert "too large, damaged" in answer.content.decode()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
