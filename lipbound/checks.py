"""Promised against measured: a bound checked on an instance."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from inspect import signature

from .bound import Bound, Identity, Letters, Limit, UpperBound, declared
from .divergences import Divergence
from .enclosure import Enclosure, Verdict
from .errors import DomainError
from .hypothesis import Standing
from .instance import Instance
from .laws import AbstractLaw
from .maps import AbstractMap


@dataclass(frozen=True, repr=False)
class Check:
    """One bound on one instance: the letters read, what was promised, what was measured.

    >>> from lipbound.bounds import gap_tv
    >>> from lipbound.laws import two_gaussians
    >>> from lipbound.maps import fold
    >>> found = check(gap_tv, fold(), two_gaussians(2))
    >>> found.verdict.name, found.margin > 0, 0 < found.ratio < 1
    ('HOLDS', True, True)
    """

    bound: Bound
    letters: Letters
    promised: Enclosure
    measured: Enclosure
    supposed: bool = True  # is the bound's hypothesis on the instance, if it has one, proved?

    @property
    def verdict(self) -> Verdict:
        """HOLDS if the relation is proved for all values of both; at equality it stays UNDECIDED.

        So does a contradiction where a hypothesis of the bound was not proved: then the hypothesis may be what fails.
        """
        found = self._found
        return Verdict.UNDECIDED if found is Verdict.VIOLATED and not self.supposed else found

    @property
    def _found(self) -> Verdict:
        if isinstance(self.bound, Limit):
            return Verdict.UNDECIDED
        if isinstance(self.bound, Identity):
            return Verdict.UNDECIDED if self.measured.overlaps(self.promised) else Verdict.VIOLATED
        if isinstance(self.bound, UpperBound):
            return self.promised.at_least(self.measured)
        return self.measured.at_least(self.promised)

    @property
    def margin(self) -> float:
        """How far measured is on the right side of promised; nothing where both are infinite."""
        measured, promised = float(self.measured), float(self.promised)
        if isinstance(self.bound, UpperBound):
            measured, promised = promised, measured
        return 0.0 if measured == promised else measured - promised

    @property
    def ratio(self) -> float:
        """promised / measured: 1 is attained, 0 says nothing."""
        measured, promised = float(self.measured), float(self.promised)
        if measured == promised > 0:
            return 1.0
        return promised / measured if measured > 0 else 0.0

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        at = ", ".join(f"{k} = {_shown(v)}" for k, v in self.letters.items())
        return "\n".join([
            f"{self.bound.name}{' (a conjecture)' * self.bound.conjectured}: {self.verdict.name}",
            f"  at        {at}",
            f"  promised  {self.promised}",
            f"  measured  {self.measured}",
        ])  # fmt: skip


def _shown(x: object) -> str:
    if isinstance(x, list):
        return f"{len(x)} rows"  # type: ignore[arg-type]
    return f"{float(x):.12g}" if isinstance(x, Fraction) and x.denominator > 10**6 else str(x)


def check(
    bound: Bound | str,
    g: AbstractMap | Instance,
    nu: AbstractLaw | None = None,
    certify: bool = True,
    **event: object,
) -> Check:
    """Read the bound's letters off (g, nu), at the best event found unless one is given, and compare.

    The promise is always certified; the measurement is if `certify`. Raises DomainError if the bound's hypothesis
    is proved to fail on the instance.

    >>> from lipbound.bounds import two_modes
    >>> from lipbound.laws import two_gaussians
    >>> from lipbound.maps import affine
    >>> print(check(two_modes, affine(2), two_gaussians(3), left=-1, right=1))
    two_modes: HOLDS
      at        D = 2, L = 2, a = 0.488640769646827 ± ... (certified), b = 0.488640769646827 ± ... (certified)
      promised  0.322996763048547 ± ... (certified)
      measured  0.525384422891876 ± ... (certified)
    """
    if isinstance(bound, str):
        bound = declared(bound)
    if isinstance(g, Instance):
        case = g
        if nu is not None:
            raise DomainError("two targets were given: an Instance already holds its own")
    elif nu is None:
        raise DomainError("no target was given: check(bound, g, nu) or check(bound, Instance(g, nu))")
    else:
        case = Instance(g, nu)
    event = completed(bound, event)
    standing = bound.standing(case, **event)
    letters = bound.read(case, **event)
    measured = measure(bound, case, certify, event)
    return Check(bound, letters, bound.enclose(**letters), measured, standing is Standing.PROVEN)


def completed(bound: Bound, event: Letters) -> Letters:
    """The event with what `read` supposes where nothing is given.

    Raises DomainError if it needs more than was given, or knows no such name.

    >>> from lipbound.bounds import bi_lipschitz
    >>> completed(bi_lipschitz, {"r": 2})
    {'at': 0, 'r': 2}
    """
    rows = list(signature(bound.read).parameters.values())[1:]
    if any(q.kind is q.VAR_KEYWORD for q in rows):
        return event
    missing = [q.name for q in rows if q.default is q.empty and q.name not in event]
    unknown = [name for name in event if name not in {q.name for q in rows}]
    if missing or unknown:
        wrong = f"{', '.join(missing)} missing" if missing else f"{', '.join(unknown)} unknown"
        names = ", ".join(q.name for q in rows) or "nothing but g and nu"
        raise DomainError(f"{bound.name} is read off g and nu by {names}: {wrong}")
    return {q.name: event.get(q.name, q.default) for q in rows if event.get(q.name, q.default) is not None}


def measure(bound: Bound, case: Instance, certify: bool, event: Letters | None = None) -> Enclosure:
    """The quantity that the bound is about, on the instance, at the event."""
    if isinstance(bound.quantity, Divergence):
        return case.measured(bound.quantity, certify)
    return bound.quantity.of(case, event or {})
