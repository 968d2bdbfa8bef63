"""The ledger: for each bound its status, and how many steps of its proof are cited, checked and argued."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lipbound.bounds import ALL
from lipbound.errors import DomainError, ProofError
from lipbound.proof import Proof
from proofs import prove, written
from proofs.statements import statements

README = Path(__file__).with_name("README.md")
KINDS = ("cited", "checked", "argued")


@dataclass(frozen=True)
class Entry:
    """A line of the ledger; `wrong` is the sentence of the step that does not follow."""

    bound: Any
    status: str  # "proved", "conjecture", "assumed" or "FAILED"
    proof: Proof | None
    seconds: float
    wrong: str = ""


def run(names: Sequence[str] = (), **how: Any) -> list[Entry]:
    """Run the proofs of the bounds named, or of all, in the order of their declaration."""
    known = {bound.name: bound for bound in ALL}
    for name in names:
        if name not in known:
            raise DomainError(f"no bound is called {name!r}: there are {', '.join(known)}")
    if how.get("journals"):
        os.makedirs(how["journals"], exist_ok=True)
    return [enter(known[name], **how) for name in names or known]


def enter(bound: Any, **how: Any) -> Entry:
    """Run one proof. It must end: without `qed` nothing is proved."""
    if bound.conjectured:
        return Entry(bound, "conjecture", None, 0.0)
    if not written(bound.name):
        return Entry(bound, "assumed", None, 0.0)
    start = time.perf_counter()
    try:
        proof = prove(bound.name, **how)
        if proof.bound is not bound:
            raise ProofError(f"{bound.name}: the proof never reaches the declared formula: qed is missing")
    except ProofError as error:
        return Entry(bound, "FAILED", None, time.perf_counter() - start, str(error))
    return Entry(bound, "proved", proof, time.perf_counter() - start)


def table(entries: Sequence[Entry]) -> str:
    """The ledger as aligned text, with times."""
    rows: list[tuple[str, ...]] = [("bound", "status", *KINDS, "seconds")]
    for entry in entries:
        rows.append((entry.bound.name, entry.status, *counts(entry), f"{entry.seconds:.2f}"))
    rows.append(("all", "", *totals(entries), f"{sum(entry.seconds for entry in entries):.2f}"))
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return "\n".join("  ".join(line(row, widths)) for row in rows)


def line(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Words to the left, numbers to the right."""
    return [x.ljust(w) if k < 2 else x.rjust(w) for k, (x, w) in enumerate(zip(row, widths, strict=True))]


def counts(entry: Entry) -> tuple[str, ...]:
    """Steps of each kind; without a proof there are none to count."""
    return tuple(str(entry.proof.counts[kind]) if entry.proof else "-" for kind in KINDS)


def totals(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Steps of each kind in all proofs."""
    return tuple(str(sum(entry.proof.counts[kind] for entry in entries if entry.proof)) for kind in KINDS)


def page(entries: Sequence[Entry]) -> str:
    """proofs/README.md: the ledger, without times, then every statement with its steps."""
    lines = [
        "# Proofs",
        "",
        "Made by `python -m proofs --write`. Each proof ends at the declared formula of its bound. A step is *cited*",
        "from the literature (what the proof trusts), *checked* by SymPy or by balls, or *argued*: to be read.",
        "A *conjecture* has no proof: it says on what numbers it rests, and the tests work them out again.",
        "",
        "| bound | status | cited | checked | argued |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {' | '.join((entry.bound.name, entry.status, *counts(entry)))} |" for entry in entries]
    lines += ["", *statements()]
    for entry in entries:
        lines += section(entry)
    return "\n".join(lines) + "\n"


def section(entry: Entry) -> list[str]:
    """The statement, then the steps in their order."""
    bound = entry.bound
    lines = ["", f"## {bound.name}", "", bound.says, "", f"$$ {bound.latex()} $$", ""]
    lines += [f"Supposes {hypothesis.says}.\n" for hypothesis in bound.hypotheses]
    lines += [f"As {bound.tends}.\n"] * bool(bound.tends)
    if bound.conjectured:
        return [*lines, f"A conjecture: {bound.evidence}."]
    if entry.proof is None:
        return [*lines, f"No proof is written here; it rests on {'; '.join(bound.sources)}."]
    return lines + [f"{k}. {step.claim} — *{step.kind}*: {step.by}" for k, step in enumerate(entry.proof.steps, 1)]
