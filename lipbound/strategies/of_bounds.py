"""Random instances of bounds, random letters, and the assertion that a bound holds."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from .. import bounds
from ..bound import INF, Bound, Letters, Parameter
from ..bounds import exact_fit
from ..checks import Check, check
from ..enclosure import Verdict
from ..errors import DomainError
from ..exact import exact
from ..instance import Instance
from ..laws import AbstractLaw, pushforward
from ..maps import AbstractMap
from .of_laws import laws, targets
from .of_maps import maps, networks, rationals


def instances(bound: Bound | None = None) -> st.SearchStrategy[Instance]:
    """Generators with targets on which the bound's hypothesis is met; any generator and target without a bound.

    >>> from hypothesis import Phase, find, settings
    >>> first = settings(phases=[Phase.generate])  # not the simplest, which takes long to find
    >>> find(instances(), lambda case: case.L > 2, settings=first).L > 2
    True
    """
    some = (maps() | networks()).filter(_moves)
    if bound is not None and bound.name == exact_fit.name:  # the one hypothesis: the fit is exact
        onto = maps().filter(lambda g: all(b.slope for b in g.branches()))
        return onto.map(lambda g: Instance(g, pushforward(g)))
    return st.builds(Instance, some, targets() | laws())


def _moves(g: AbstractMap) -> bool:
    bound = g.lipschitz()
    return isinstance(bound, Fraction) and bound > 0


def cases() -> st.SearchStrategy[tuple[Bound, Instance]]:
    """A declared bound with an instance that meets its hypothesis.

    >>> from hypothesis import Phase, find, settings
    >>> first = settings(phases=[Phase.generate])  # not the simplest, which takes long to find
    >>> find(cases(), lambda case: case[1].L > 2, settings=first)[0] in bounds.ALL
    True
    """
    pick = st.sampled_from(bounds.ALL)
    return pick.flatmap(lambda bound: st.tuples(st.just(bound), instances(bound)))


def letters(bound: Bound) -> st.SearchStrategy[Letters]:
    """Values for the bound's letters, each inside its domain; not for bounds that are read in rows.

    >>> from hypothesis import find
    >>> sorted(find(letters(bounds.two_modes), lambda v: v["L"] > 1))
    ['D', 'L', 'a', 'b']
    """
    if bound.rows:
        raise DomainError(f"{bound.name} reads rows that belong together: draw from instances({bound.name}) instead")
    drawn = st.fixed_dictionaries({q.symbol.name: _letter(q) for q in bound.parameters}).map(_disjoint)
    wrong = bound.incoherent
    return drawn if wrong is None else drawn.map(lambda v: _apart(v) if wrong(v) else v).filter(lambda v: not wrong(v))


def _disjoint(values: Letters) -> Letters:
    """The letters a and b are masses of disjoint sets: where they exceed one together, their complements do not."""
    if not {"a", "b"} <= values.keys() or values["a"] + values["b"] <= 1:
        return values
    return {**values, "a": 1 - values["a"], "b": 1 - values["b"]}


def _apart(values: Letters) -> Letters:
    """Modes that were too close, at least three widths apart."""
    return {**values, "m": values["m"] + 3 * values["s"]} if {"m", "s"} <= values.keys() else values


def _letter(parameter: Parameter) -> st.SearchStrategy[Fraction]:
    low = Fraction(-20) if parameter.low == -INF else exact(parameter.low)
    high = Fraction(20) if parameter.high == INF else exact(parameter.high)
    inside = rationals(low, high, 64)
    return inside.filter(lambda x: x < parameter.high and (x > parameter.low or "low" in parameter.closed))


def assert_bound_holds(bound: Bound, g: AbstractMap, nu: AbstractLaw, **event: object) -> Check:
    """Fail, with both numbers, if the bound is proved to be violated on (g, nu); else the check.

    The event is searched for unless given. UNDECIDED passes: at equality no arithmetic can tell.

    >>> from lipbound.laws import two_gaussians
    >>> from lipbound.maps import fold
    >>> assert_bound_holds(bounds.gap_tv, fold(), two_gaussians(2)).verdict.name
    'HOLDS'
    """
    found = check(bound, Instance(g, nu), None, True, **event)
    if found.verdict is Verdict.VIOLATED:
        raise AssertionError(f"{found}")
    return found
