"""Random maps: piecewise-affine ones and networks, exact and with small denominators."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, lcm

from hypothesis import strategies as st

from ..errors import DomainError
from ..exact import exact
from ..maps import Formula, Network, PiecewiseAffine, formula, from_slopes

Draw = st.DrawFn
SHAPES = ("tanh", "erf", "softplus", "gelu", "sin")


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


def smooth_maps() -> st.SearchStrategy[Formula]:
    """Lipschitz maps by formulas, a z + b + sum of c shape(d z + e): steps, ramps and waves on a line; folds too.

    >>> from hypothesis import Phase, find, settings
    >>> first = settings(phases=[Phase.generate])  # not the simplest, which takes long to find
    >>> find(smooth_maps(), lambda g: len(g.branches()) > 1, settings=first).lipschitz().hi < 1000
    True
    """
    rate = rationals("1/4", 3, 4)
    bend = st.tuples(rationals(-3, 3, 4).filter(bool), st.sampled_from(SHAPES), rate, rationals(-2, 2, 4))
    bends = st.lists(bend, min_size=1, max_size=2, unique_by=lambda row: row[1:])  # the same one twice may cancel
    return st.builds(_smooth, rationals(-2, 2, 4), rationals(-2, 2, 4), bends)


def _smooth(slope: Fraction, shift: Fraction, bends: list[tuple[Fraction, str, Fraction, Fraction]]) -> Formula:
    terms = [f"({c})*{shape}(({d})*z + ({e}))" for c, shape, d, e in bends]
    return formula(" + ".join([f"({slope})*z + ({shift})", *terms]))


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
