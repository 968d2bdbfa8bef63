"""`python -m tests.bench [name ...]` prints the table of all cases, or of those named."""

from __future__ import annotations

import sys

from .cases import CASES
from .timing import Row, table


def main(names: list[str]) -> None:
    """Measure and print; a case whose rival is not installed says so."""
    unknown = [name for name in names if name not in CASES]
    if unknown:
        sys.exit(f"{unknown[0]} is no benchmark: choose from {', '.join(CASES)}")
    rows: list[Row] = []
    for name in names or CASES:
        try:
            rows += CASES[name]()
        except ImportError as missing:
            print(f"{name}: skipped, {missing.name} is not installed")
    print(table(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
