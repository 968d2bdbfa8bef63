"""What bounds are about, besides divergences: numbers that an instance and an event determine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from .divergences import Divergence
from .enclosure import Enclosure, exactly
from .errors import DomainError
from .exact import INF, exact
from .frontiers import valley_frontier
from .instance import Instance
from .laws.profile import required_lipschitz

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Quantity:
    """A number with a name, its form in text and LaTeX, and how it is measured on an instance at an event.

    >>> from lipbound.laws import Gaussian
    >>> from lipbound.maps import affine
    >>> str(LIPSCHITZ.of(Instance(affine(3), Gaussian()), {})), LIPSCHITZ.text()
    ('3 (certified)', 'Lip(g)')
    """

    name: str
    shown: str
    symbol: str
    of: Callable[[Instance, Event], Enclosure]

    def text(self) -> str:
        """The quantity in plain text."""
        return self.shown

    def latex(self) -> str:
        """The quantity as a formula."""
        return self.symbol


Measured = Divergence | Quantity


def _given(event: Event, name: str) -> Fraction:
    if name not in event:
        raise DomainError(f"what is measured depends on the event: {name} is missing")
    return exact(event[name])


def _two_sets(case: Instance, event: Event) -> Enclosure:
    mu = case.mu.certified
    return mu.mass(-INF, _given(event, "left")) + mu.mass(_given(event, "right"), INF)


def _half_line(case: Instance, event: Event) -> Enclosure:
    return case.mu.certified.mass(-INF, _given(event, "at") + _given(event, "r"))


def _tail(case: Instance, event: Event) -> Enclosure:
    return case.mu.certified.mass(_given(event, "at") + _given(event, "r"), INF)


def _interval(case: Instance, event: Event) -> Enclosure:
    middle, reach = _given(event, "at"), _given(event, "r")
    return case.mu.certified.mass(middle - reach, middle + reach)


needed = lru_cache(maxsize=256)(required_lipschitz)  # a second or so for a law that is nearly Gaussian


def _sharp(case: Instance, event: Event) -> Enclosure:
    found = valley_frontier(case.nu, case.L)
    return Enclosure(max(found.lower.lo, 0.0), 1.0 if found.upper is None else found.upper.hi, True)


LIPSCHITZ = Quantity("Lip", "Lip(g)", r"\mathrm{Lip}(g)", lambda case, event: exactly(case.L))
NEEDED = Quantity(
    "Lip*", "Lip*(nu)", r"\mathrm{Lip}^*(\nu)", lambda case, event: needed(case.nu)
)  # the least Lipschitz constant of a map with g#N = nu
FRONTIER = Quantity(
    "TV*", "TV*(nu, L)", r"\mathrm{TV}^*(\nu, L)", _sharp
)  # the least TV(g#N, nu) over all L-Lipschitz g from a Gaussian of any dimension
TWO_SETS = Quantity("mass", "g#N(S1) + g#N(S2)", r"g_\#\gamma(S_1) + g_\#\gamma(S_2)", _two_sets)
ENLARGED = Quantity("mass", "g#N(A_r)", r"g_\#\gamma(A_r)", _half_line)
TAIL = Quantity("mass", "g#N[x + r, inf)", r"g_\#\gamma[x + r, \infty)", _tail)
BALL = Quantity("mass", "g#N(B(x, r))", r"g_\#\gamma(B(x, r))", _interval)
