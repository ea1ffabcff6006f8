"""Fuzz one parser guided by coverage (``uv pip install atheris``): the damage that reaches new code is built upon.

    python -m bench.fuzz_guided bank.mt940 --seconds-total 90

Half of the damage is atheris's own, half is that of ``fuzz_mutations``. It stops at the first file that fails and keeps
it. Nothing of Dunwell's ``sources`` may be imported before atheris is ready to mark its branches: hence a module of its
own, which ``bench.fuzz --engine atheris`` starts.
"""

import argparse
import random
import sys
import tempfile
from importlib import import_module
from pathlib import Path

_SEED_BYTES_MAX = 6_000
"""Longer files to begin with are left out where there are shorter ones: speed finds more than length."""
_FILE_BYTES_MAX = 20_000


def main() -> int:
    """Read the command line and let atheris choose; it ends the process itself when the time is over."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("parser")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--seconds", type=int, default=5, help="wall time that one file may take")
    command.add_argument("--seconds-total", type=int, default=60, help="wall time for all")
    command.add_argument("--megabytes", type=int, default=2_048, help="memory that the process may reach")
    given = command.parse_args()
    atheris = import_module("atheris")  # only this engine needs it
    with atheris.instrument_imports(include=["dunwell.sources"]):
        kinds = import_module("bench.fuzz_parsers")
    damaged = import_module("bench.fuzz_mutations").damaged
    parser = kinds.parsers()[given.parser]()
    folder = Path(tempfile.mkdtemp(prefix=f"fuzz-{given.parser}-"))
    small = [data for data in parser.seeds if len(data) <= _SEED_BYTES_MAX] or parser.seeds
    for number, data in enumerate(small):
        (folder / f"seed-{number}").write_bytes(data)

    def one(data: bytes) -> None:
        outcome = parser.call(data)
        if outcome.faults:
            raise AssertionError(outcome.faults)

    def mutated(data: bytes, size_max: int, seed: int) -> bytes:
        if seed % 2:
            return bytes(atheris.Mutate(data, size_max))
        return bytes(damaged(random.Random(seed), (data,), [1.0]))[:size_max]

    options = [
        f"-seed={given.seed}",
        f"-max_total_time={given.seconds_total}",
        f"-timeout={given.seconds}",
        f"-max_len={_FILE_BYTES_MAX}",
        "-len_control=0",
        f"-rss_limit_mb={given.megabytes}",
        f"-artifact_prefix={folder}/failed-",
        str(folder),
    ]
    atheris.Setup([sys.argv[0], *options], one, custom_mutator=mutated)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
