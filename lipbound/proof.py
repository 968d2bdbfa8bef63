"""A proof: steps that are cited, checked or argued, and a last one that must be the declared formula."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import sympy as sp

from .bound import Bound
from .enclosure import Enclosure, Verdict, exactly
from .errors import DomainError, NotCertifiable, ProofError
from .exact import exact
from .lowering import to_enclosure
from .sources import cite
from .sweep import Box, sweep
from .symbols import unfold


class Step(NamedTuple):
    """One step: how it is justified, what it says, and by what."""

    kind: str  # "cited", "checked" or "argued"
    claim: str
    by: str


@dataclass(frozen=True)
class Nonnegative:
    """Is the expression at least zero wherever its letters range over a box? Frozen, so that it travels."""

    expr: sp.Expr
    letters: tuple[sp.Symbol, ...]

    def __call__(self, box: Box) -> Verdict:
        ranges = {letter: Enclosure(lo, hi, True) for letter, (lo, hi) in zip(self.letters, box, strict=True)}
        return to_enclosure(self.expr, ranges).at_least(0.0)


@dataclass
class Proof:
    """The steps taken so far; a step that does not follow raises ProofError with its number and its claim.

    >>> from lipbound.symbols import L, D, Phi
    >>> proof = Proof("example")
    >>> proof.same("the left tail", Phi(-D), 1 - Phi(D))
    >>> proof.same("a wrong one", Phi(-D), 1 + Phi(D))
    Traceback (most recent call last):
    lipbound.errors.ProofError: example, step 2 (a wrong one): left - right leaves -2*Phi(D), not 0
    """

    name: str
    executor: Executor | None = None
    journals: str | os.PathLike[str] | None = None  # a folder: one journal for each sweep
    progress: bool = False
    steps: list[Step] = field(default_factory=list[Step])
    supposed: list[str] = field(default_factory=list[str])
    cited: list[str] = field(default_factory=list[str])
    zeros: list[str] = field(default_factory=list[str])
    bound: Bound | None = None  # the statement, once its formula is reached

    def cite(self, claim: str, *sources: str) -> None:
        """A lemma from the literature: part of what the proof trusts."""
        self._open()
        if not sources:
            raise self._wrong(claim, "no source is cited: name one, or argue")
        by = "; ".join(cite(source) for source in sources)
        self.cited += [source.partition(", ")[0] for source in sources]
        self.steps.append(Step("cited", claim, by))

    def suppose(self, says: str) -> None:
        """A hypothesis of the statement, in its words; what a proof supposes the statement must declare."""
        self._open()
        self.supposed.append(says)

    def at_zero(self, letter: sp.Symbol, claim: str) -> None:
        """Why the statement holds where a letter that SymPy takes for positive is zero: an argument, named by it."""
        self.argue(f"{letter} = 0: {claim}")
        self.zeros.append(letter.name)

    def argue(self, claim: str) -> None:
        """A sentence that a referee must read."""
        self._open()
        self.steps.append(Step("argued", claim, "reading"))

    def same(self, claim: str, left: Any, right: Any) -> None:
        """Two expressions are equal for all admitted letters: SymPy reduces their difference to zero."""
        self._open()
        rest = reduced(left - right)
        if rest != 0:
            raise self._wrong(claim, f"left - right leaves {rest}, not 0")
        self.steps.append(Step("checked", claim, "SymPy"))

    def positive(self, claim: str, expr: Any) -> None:
        """An expression is positive whatever its letters are: by what SymPy knows of them."""
        self._by_assumptions(claim, expr, "is_positive")

    def nonnegative(self, claim: str, expr: Any) -> None:
        """An expression is at least zero whatever its letters are: by what SymPy knows of them."""
        self._by_assumptions(claim, expr, "is_nonnegative")

    def holds(self, claim: str, expr: Any, over: Mapping[sp.Symbol, tuple[object, object]], depth: int = 40) -> None:
        """An expression is at least zero on a compact box of letters: by ball arithmetic, where need be on its parts.

        Where it touches zero no box decides: leave these places to an argument.
        """
        self._open()
        box = tuple(self._side(claim, letter, *ends) for letter, ends in over.items())
        strange = sorted(str(letter) for letter in sp.sympify(expr).free_symbols - set(over))
        if strange:
            raise self._wrong(claim, f"the box says nothing of {', '.join(strange)}")
        journal = Path(self.journals) / f"{self.name}-{len(self.steps) + 1}" if self.journals else None
        found = self._swept(claim, Nonnegative(expr, tuple(over)), box, journal, depth)
        if found.verdict is not Verdict.HOLDS:
            where, how = (found.violated, "fails") if found.violated else (found.undecided, "stays undecided")
            at = ", ".join(f"{letter} in [{lo:.6g}, {hi:.6g}]" for letter, (lo, hi) in zip(over, where[0], strict=True))
            raise self._wrong(claim, f"{expr} >= 0 {how} for {at}")
        self.steps.append(Step("checked", claim, f"balls on {found.held} boxes"))

    def qed(self, bound: Bound, formula: Any) -> None:
        """The end: the formula is the declared one, and nothing was used that the statement does not grant."""
        claim = "the declared formula"
        self._open()
        if bound.name != self.name:
            raise self._wrong(claim, f"this ends at {bound.name}, not at {self.name}")
        if formula != bound.formula and (rest := reduced(formula - bound.formula)) != 0:
            raise self._wrong(claim, f"{formula} is reached, but {bound.formula} is declared: they differ by {rest}")
        declared = {hypothesis.says for hypothesis in bound.hypotheses}
        if declared != set(self.supposed):
            told, used = "; ".join(sorted(declared)) or "nothing", "; ".join(self.supposed) or "nothing"
            raise self._wrong(claim, f"the proof supposes {used}, the statement {told}")
        if unlisted := set(self.cited) - {source.partition(", ")[0] for source in bound.sources}:
            raise self._wrong(claim, f"the statement does not list {', '.join(sorted(unlisted))} among its sources")
        for q in bound.parameters:
            self._granted(claim, q)
        self.bound = bound

    @property
    def counts(self) -> Counter[str]:
        """How many steps are cited, checked and argued."""
        return Counter(step.kind for step in self.steps)

    def _granted(self, claim: str, q: Any) -> None:
        """What SymPy supposes of a letter must hold on all of its declared domain."""
        zero = q.low == 0 and "low" in q.closed
        if q.symbol.is_positive and (q.low < 0 or (zero and q.symbol.name not in self.zeros)):
            raise self._wrong(claim, f"SymPy takes {q.symbol} for positive, but it ranges over {q.interval}")
        if q.symbol.is_nonnegative and q.low < 0:
            raise self._wrong(claim, f"SymPy takes {q.symbol} for nonnegative, but it ranges over {q.interval}")

    def _by_assumptions(self, claim: str, expr: Any, sign: str) -> None:
        self._open()
        forms = (expr, reduced(expr), sp.factor(reduced(expr)))
        if not any(getattr(form, sign) for form in forms):
            raise self._wrong(claim, f"SymPy does not find that {expr} {sign.replace('_', ' ')}")
        self.steps.append(Step("checked", claim, "SymPy"))

    def _side(self, claim: str, letter: sp.Symbol, low: object, high: object) -> tuple[float, float]:
        lo, hi = exact(low), exact(high)
        if lo > hi:
            raise self._wrong(claim, f"{letter} ranges from {low} to {high}: that is no interval")
        return exactly(lo).lo, exactly(hi).hi  # outward, so that the ends are covered

    def _swept(self, claim: str, decide: Nonnegative, box: Box, journal: Path | None, depth: int) -> Any:
        try:
            return sweep(decide, [box], executor=self.executor, journal=journal, progress=self.progress, depth=depth)
        except (NotCertifiable, DomainError) as error:
            raise self._wrong(claim, str(error)) from error

    def _open(self) -> None:
        if self.bound is not None:
            raise ProofError(f"{self.name}: a step after the end of the proof: qed comes last")

    def _wrong(self, claim: str, why: str) -> ProofError:
        return ProofError(f"{self.name}, step {len(self.steps) + 1} ({claim}): {why}")


def reduced(expr: Any) -> Any:
    """The expression after `unfold`, expanded and simplified until it is zero or no form is simpler."""
    rest = sp.expand(unfold(sp.sympify(expr)))
    if _apart(rest):
        return rest
    for simpler in (sp.expand, sp.simplify, _exponentials):
        if rest == 0:
            break
        rest = simpler(rest)
    return rest


def _apart(expr: Any) -> bool:
    """Do balls see at one place that it is not zero? Then there is nothing to simplify."""
    places: dict[sp.Symbol, Fraction] = {}
    for k, letter in enumerate(sorted(expr.free_symbols, key=str)):
        place = Fraction(k + 3, 2 * k + 7)  # within the domain of a mass
        places[letter] = -place if letter.is_nonpositive else place
    try:
        found = to_enclosure(expr, places)
    except NotCertifiable:
        return False
    return found.lo > 0 or found.hi < 0


def _exponentials(expr: Any) -> Any:
    """Hyperbolic functions written out, which `simplify` may leave beside exponentials."""
    return sp.expand(expr.rewrite(sp.exp))
