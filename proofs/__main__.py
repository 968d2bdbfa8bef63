"""`python -m proofs [NAME ...]`: run the proofs, print the ledger; --write makes proofs/README.md, --check compares."""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from proofs.ledger import README, page, run, table


def main(arguments: list[str] | None = None) -> int:
    """Zero if every proof went through and, where asked, the page is fresh."""
    parser = argparse.ArgumentParser(prog="python -m proofs", description="Run the proofs and print the ledger.")
    parser.add_argument("names", nargs="*", help="bounds to prove; all of them unless named")
    parser.add_argument("--write", action="store_true", help="write proofs/README.md")
    parser.add_argument("--check", action="store_true", help="fail if proofs/README.md is stale")
    parser.add_argument("--workers", type=int, default=0, help="processes that share the sweeps over boxes")
    parser.add_argument("--journals", help="a folder for the journals of the sweeps: a killed run resumes from them")
    parser.add_argument("--progress", action="store_true", help="show the progress of each sweep")
    given = parser.parse_args(arguments)
    if given.names and (given.write or given.check):
        parser.error("the page holds every proof: name none with --write or --check")
    executor = ProcessPoolExecutor(given.workers, get_context("spawn")) if given.workers > 0 else None
    try:
        entries = run(given.names, executor=executor, journals=given.journals, progress=given.progress)
    finally:
        if executor:
            executor.shutdown(cancel_futures=True)
    print(table(entries))
    wrong = [entry.wrong for entry in entries if entry.wrong]
    if given.check and not wrong and not (README.exists() and README.read_text(encoding="utf-8") == page(entries)):
        wrong.append("proofs/README.md is stale: run python -m proofs --write")
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    if given.write and not wrong:
        README.write_text(page(entries), encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
