"""`python -m figures [NAME ...]`: draw the figures; `--check`: are their numbers and claims still so?"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import gallery
from .check import complaints
from .record import NAMES, ROOM, TABLES, forget, module, numbers, renew, write
from .style import picture


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m figures", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--out", type=Path, default=Path("gallery"), help="folder for the pictures and the page")
    parser.add_argument("--fresh", action="store_true", help="work out all numbers again, changed or not")
    parser.add_argument("--check", action="store_true", help="draw nothing; compare with what is stored")
    parser.add_argument("--quick", action="store_true", help="with --check: only what takes little time")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"no figure is called {', '.join(sorted(unknown))}: there are {', '.join(NAMES)}")
    return check(given.quick) if given.check else draw(given.names or NAMES, given.out, given.fresh)


def check(quick: bool) -> int:
    found = complaints(quick)
    print("\n".join(found) or f"{len(NAMES)} figures: numbers and claims hold")
    return min(len(found), 1)


def draw(names: tuple[str, ...] | list[str], out: Path, fresh: bool) -> int:
    for name in TABLES:
        if fresh:
            forget(name)
        numbers(name)
    for name in names:
        picture(module(name), renew(name) if fresh else numbers(name), out)
        print(out / f"{name}.png")
    if len(names) == len(NAMES):
        numbers("statements")
        write(ROOM / "README.md", gallery.table())
        print(gallery.write(out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
