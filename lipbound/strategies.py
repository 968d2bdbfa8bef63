"""Hypothesis strategies: random maps and laws, exact and with small denominators, for tests of your own."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, lcm

from hypothesis import strategies as st

from . import bounds
from .bound import INF, Letters, LowerBound, Parameter
from .bounds import exact_fit
from .checks import Check, check
from .enclosure import Verdict
from .errors import DomainError
from .exact import exact
from .instance import Instance
from .laws import AbstractLaw, Discrete, Gaussian, Mixture, Pushforward, pushforward
from .maps import AbstractMap, Network, PiecewiseAffine, from_slopes

Draw = st.DrawFn
LEAST_WEIGHT = Fraction(1, 100)


def rationals(low: object, high: object, most: int = 20) -> st.SearchStrategy[Fraction]:
    """Rationals in [low, high] with a denominator of 1, 2, `most` or those of the two ends.

    >>> from hypothesis import find
    >>> find(rationals(0, 1), lambda x: 0 < x < 1)
    Fraction(1, 2)
    """
    a, b = exact(low), exact(high)
    if a > b:
        raise DomainError(f"[{low}, {high}] is not an interval: low must be at most high")
    denominators = sorted({1, 2, most, lcm(a.denominator, b.denominator)})
    grids = [(ceil(a * d), floor(b * d), d) for d in denominators]
    return st.one_of([_grid(*grid) for grid in grids if grid[0] <= grid[1]])


def _grid(low: int, high: int, denominator: int) -> st.SearchStrategy[Fraction]:
    return st.integers(low, high).map(lambda n: Fraction(n, denominator))


def maps(
    lipschitz: object = None, monotone: bool = False, knots: int = 6, attained: bool = False
) -> st.SearchStrategy[PiecewiseAffine]:
    """Piecewise-affine maps with |g'| <= lipschitz and at most `knots` knots; flat pieces and folds too.

    Without `lipschitz` the bound is random too; with `attained` it is the Lipschitz constant; `monotone` maps
    never decrease.

    >>> from hypothesis import find
    >>> find(maps(lipschitz=3, attained=True), lambda g: len(g.branches()) > 1).lipschitz()
    Fraction(3, 1)
    >>> find(maps(monotone=True), lambda g: g.at(1) > g.at(0)).at(1)
    Fraction(1, 1)
    """
    bound = None if lipschitz is None else exact(lipschitz)
    if bound is not None and bound < 0:
        raise DomainError(f"lipschitz = {lipschitz} is not a Lipschitz constant: it must be at least 0")
    if knots < 0:
        raise DomainError(f"knots = {knots} is not a number of knots: it must be at least 0")
    return _maps(bound, monotone, knots, attained)


@st.composite
def _maps(draw: Draw, bound: Fraction | None, monotone: bool, knots: int, attained: bool) -> PiecewiseAffine:
    top = draw(st.sampled_from((1, 2, 3, 8)).map(Fraction)) if bound is None else bound
    places = draw(_knots(knots))
    least = 0 if monotone else -1
    share = st.sampled_from(tuple({0: 0, 1: 1, least: 0})) | rationals(least, 1, 8)
    slopes = [top * draw(share) for _ in range(len(places) + 1)]
    if attained:
        k = draw(st.integers(0, len(places)))
        slopes[k] = -top if slopes[k] < 0 else top
    anchor = draw(rationals(-4, 4, 4))
    return from_slopes(places, slopes, (0, anchor))


@st.composite
def _knots(draw: Draw, most: int) -> list[Fraction]:
    """Increasing places; some of them close together, so that what lies between is a narrow cell."""
    count = draw(st.integers(0, most))
    gaps = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 1000)]) | rationals("1/8", 2, 8)
    places = [draw(rationals(-3, 3, 4))] if count else []
    for _ in range(count - 1):
        places.append(places[-1] + draw(gaps))
    return places


def networks(max_width: int = 4, max_depth: int = 2) -> st.SearchStrategy[Network]:
    """(Leaky-)ReLU networks R -> R with at most `max_depth` hidden layers of `max_width` units.

    >>> from hypothesis import find
    >>> find(networks(), lambda g: g.at(0) > 0).at(0)
    Fraction(1, 4)
    """
    for name, value in (("max_width", max_width), ("max_depth", max_depth)):
        if value < 1:
            raise DomainError(f"{name} = {value} leaves no hidden unit: it must be at least 1")
    return _networks(max_width, max_depth)


@st.composite
def _networks(draw: Draw, max_width: int, max_depth: int) -> Network:
    widths = [1, *draw(st.lists(st.integers(1, max_width), min_size=1, max_size=max_depth)), 1]
    layers = [(_array(draw, out, given), _array(draw, 1, out)[0]) for given, out in pairwise(widths)]
    activation, slope = draw(st.sampled_from((("relu", None), ("leaky_relu", None), ("leaky_relu", "1/5"))))
    return Network(layers, activation, slope)


def _array(draw: Draw, rows: int, columns: int) -> list[list[float]]:
    entry = st.integers(-12, 12).map(lambda n: n / 4)
    row = st.lists(entry, min_size=columns, max_size=columns)
    return draw(st.lists(row, min_size=rows, max_size=rows))


def gaussians(
    centres: tuple[object, object] = (-10, 10), sds: tuple[object, object] = ("1/20", 5)
) -> st.SearchStrategy[Gaussian]:
    """Gaussians with centre and standard deviation in the given ranges.

    >>> from hypothesis import find
    >>> print(find(gaussians(), lambda p: p.centre > 1))
    N(2, 1)
    """
    low, high = map(exact, sds)
    if low <= 0:
        raise DomainError(f"sds from {low} on: a standard deviation must be positive")
    return st.builds(Gaussian, rationals(*centres), rationals(low, high))


def mixtures(
    max_components: int = 3,
    centres: tuple[object, object] = (-10, 10),
    sds: tuple[object, object] = ("1/20", 5),
    min_components: int = 1,
) -> st.SearchStrategy[Mixture]:
    """Gaussian mixtures whose weights are at least 1/100.

    >>> from hypothesis import find
    >>> len(find(mixtures(), lambda p: len(p.laws) > 1).laws)
    2
    """
    if not 1 <= min_components <= max_components <= 1 / LEAST_WEIGHT:
        counts = f"{min_components} to {max_components} components"
        raise DomainError(f"{counts} cannot be drawn: give 1 <= min_components <= max_components <= 100")
    return _mixtures(gaussians(centres, sds), min_components, max_components)


@st.composite
def _mixtures(draw: Draw, law: st.SearchStrategy[AbstractLaw], least: int, most: int) -> Mixture:
    parts = draw(st.lists(law, min_size=least, max_size=most))
    return Mixture(draw(_shares(len(parts))), parts)


@st.composite
def _shares(draw: Draw, count: int) -> Sequence[Fraction]:
    """Positive rationals, none below 1/100, that sum to one."""
    # if the others are at most `top`, a single unit still has at least its hundredth part
    top = min(12, (1 / LEAST_WEIGHT - 1) // max(1, count - 1))
    parts = draw(st.lists(st.integers(1, int(top)), min_size=count, max_size=count))
    return [Fraction(n, sum(parts)) for n in parts]


def targets() -> st.SearchStrategy[Mixture]:
    """What a generator is asked to produce: mixtures of two or three Gaussian modes, some well separated.

    >>> from hypothesis import find
    >>> print(find(targets(), lambda nu: len(nu.laws) == 3))
    1/3 N(0, 1) + 1/3 N(0, 1) + 1/3 N(0, 1)
    """
    return mixtures(3, min_components=2) | mixtures(2, (-10, 10), ("1/5", 1), min_components=2)


def discretes(max_points: int = 4) -> st.SearchStrategy[Discrete]:
    """Laws on a few points of [-10, 10], of masses at least 1/100.

    >>> from hypothesis import find
    >>> find(discretes(), lambda p: len(p.points) == 2).masses
    (Fraction(1, 2), Fraction(1, 2))
    """
    if not 1 <= max_points <= 1 / LEAST_WEIGHT:
        raise DomainError(f"max_points = {max_points} is outside [1, 100]: number of points")
    places = st.lists(rationals(-10, 10, 4), min_size=1, max_size=max_points, unique=True)
    return places.flatmap(lambda xs: st.builds(Discrete, st.just(sorted(xs)), _shares(len(xs))))


def pushforwards(
    g: st.SearchStrategy[AbstractMap] | None = None, base: st.SearchStrategy[AbstractLaw] | None = None
) -> st.SearchStrategy[Pushforward]:
    """Laws of g(X); unless given, g is one of `maps` or `networks` and X is standard normal.

    >>> from hypothesis import find
    >>> find(pushforwards(), lambda p: len(p.atoms()) == 1).atoms()
    (Atom(place=Fraction(0, 1), mass=1.0),)
    """
    some = maps() | networks() if g is None else g
    return st.builds(pushforward, some, st.just(Gaussian()) if base is None else base)


def laws() -> st.SearchStrategy[AbstractLaw]:
    """Any law: Gaussians, mixtures (also of atoms with densities), discrete laws, and images of all of these.

    >>> from hypothesis import find
    >>> print(find(laws(), lambda p: isinstance(p, Mixture)))
    1 N(0, 1)
    """
    plain = gaussians() | mixtures() | discretes()
    mixed = _mixtures(gaussians() | discretes(2), 2, 2)
    images = pushforwards() | pushforwards(maps(), plain | mixed)
    return plain | mixed | images | pushforwards(maps(knots=3), images)


def instances(bound: LowerBound | None = None) -> st.SearchStrategy[Instance]:
    """Generators with targets on which the bound's hypothesis is met; any generator and target without a bound.

    >>> from hypothesis import find
    >>> find(instances(), lambda case: case.L == 2).L
    Fraction(2, 1)
    """
    some = (maps() | networks()).filter(lambda g: g.lipschitz() > 0)
    if bound is not None and bound.name == exact_fit.name:  # the one hypothesis: the fit is exact
        onto = maps().filter(lambda g: all(b.slope for b in g.branches()))
        return onto.map(lambda g: Instance(g, pushforward(g)))
    return st.builds(Instance, some, targets() | laws())


def cases() -> st.SearchStrategy[tuple[LowerBound, Instance]]:
    """A declared bound with an instance that meets its hypothesis.

    >>> from hypothesis import find
    >>> find(cases(), lambda case: case[0].name == "exact_fit")[1].L > 0
    True
    """
    pick = st.sampled_from(bounds.ALL)
    return pick.flatmap(lambda bound: st.tuples(st.just(bound), instances(bound)))


def letters(bound: LowerBound) -> st.SearchStrategy[Letters]:
    """Values for the bound's letters, each inside its domain; not for bounds that are read in rows.

    >>> from hypothesis import find
    >>> sorted(find(letters(bounds.two_modes), lambda v: v["L"] > 1))
    ['D', 'L', 'a', 'b']
    """
    if bound.rows:
        raise DomainError(f"{bound.name} reads rows that belong together: draw from instances({bound.name}) instead")
    return st.fixed_dictionaries({q.symbol.name: _letter(q) for q in bound.parameters})


def _letter(parameter: Parameter) -> st.SearchStrategy[Fraction]:
    high = Fraction(20) if parameter.high == INF else exact(parameter.high)
    inside = rationals(parameter.low, high, 64)
    return inside.filter(lambda x: x < parameter.high and (x > parameter.low or "low" in parameter.closed))


def assert_bound_holds(bound: LowerBound, g: AbstractMap, nu: AbstractLaw, **event: object) -> Check:
    """Fail, with both numbers, if the bound is proved to be violated on (g, nu); else the check.

    The event is searched for unless given. UNDECIDED passes: at equality no arithmetic can tell.

    >>> from lipbound.maps import affine
    >>> assert_bound_holds(bounds.gap_tv, affine(1), Mixture((1,), (Gaussian(3),))).verdict.name
    'HOLDS'
    """
    found = check(bound, Instance(g, nu), None, True, **event)
    if found.verdict is Verdict.VIOLATED:
        raise AssertionError(f"{found}")
    return found
