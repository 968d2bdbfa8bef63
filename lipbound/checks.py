"""Promised against measured: a bound checked on an instance."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .bound import Letters, LowerBound, declared
from .divergences import Divergence
from .enclosure import Enclosure, Verdict, exactly
from .errors import DomainError
from .instance import Instance
from .laws import AbstractLaw
from .maps import AbstractMap


@dataclass(frozen=True)
class Check:
    """One bound on one instance: the letters read, what was promised, what was measured.

    >>> from lipbound.bounds import gap_tv
    >>> from lipbound.laws import two_gaussians
    >>> from lipbound.maps import fold
    >>> found = check(gap_tv, fold(), two_gaussians(2))
    >>> found.verdict.name, found.margin > 0, 0 < found.ratio < 1
    ('HOLDS', True, True)
    """

    bound: LowerBound
    letters: Letters
    promised: Enclosure
    measured: Enclosure
    supposed: bool = True  # is the bound's hypothesis on the instance, if it has one, proved?

    @property
    def verdict(self) -> Verdict:
        """HOLDS if measured >= promised for all values of both; at equality it stays UNDECIDED.

        So does a contradiction where the bound's hypothesis was not proved: then the hypothesis may be what fails.
        """
        found = self.measured.at_least(self.promised)
        return Verdict.UNDECIDED if found is Verdict.VIOLATED and not self.supposed else found

    @property
    def margin(self) -> float:
        """measured - promised; nothing where both are infinite."""
        measured, promised = float(self.measured), float(self.promised)
        return 0.0 if measured == promised else measured - promised

    @property
    def ratio(self) -> float:
        """promised / measured: 1 is attained, 0 says nothing."""
        measured, promised = float(self.measured), float(self.promised)
        if measured == promised > 0:
            return 1.0
        return promised / measured if measured > 0 else 0.0

    def __str__(self) -> str:
        at = ", ".join(f"{k} = {_shown(v)}" for k, v in self.letters.items())
        return "\n".join([
            f"{self.bound.name}: {self.verdict.name}",
            f"  at        {at}",
            f"  promised  {self.promised}",
            f"  measured  {self.measured}",
        ])  # fmt: skip


def _shown(x: object) -> str:
    if isinstance(x, list):
        return f"{len(x)} rows"  # type: ignore[arg-type]
    return f"{float(x):.12g}" if isinstance(x, Fraction) and x.denominator > 10**6 else str(x)


def check(
    bound: LowerBound | str,
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
    reason = bound.refuses(case) if bound.refuses else ""
    if reason:
        raise DomainError(reason)
    letters = bound.read(case, **event)
    supposed = bound.proves is None or bound.proves(case)
    return Check(bound, letters, bound.enclose(**letters), measure(bound, case, certify), supposed)


def measure(bound: LowerBound, case: Instance, certify: bool) -> Enclosure:
    """The quantity that the bound is about, on the instance."""
    if isinstance(bound.quantity, Divergence):
        return case.measured(bound.quantity, certify)
    return exactly(case.L)
