"""Random scenes for a bound: an instance that meets its hypotheses, with the event that its letters need, if any."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from itertools import pairwise
from math import exp, log, nextafter, sqrt
from types import MappingProxyType
from typing import Any, Final

from hypothesis import strategies as st

from ..bound import Bound, Letters
from ..instance import Instance
from ..laws import Discrete, Gaussian, gaussian_mixture, pushforward, two_gaussians
from ..maps import PiecewiseAffine, affine, from_slopes
from .of_bounds import instances
from .of_laws import mixtures, targets
from .of_maps import maps, rationals

Scene = tuple[Instance, Letters]


def scenes(bound: Bound) -> st.SearchStrategy[Scene]:
    """An instance and an event for any declared bound.

    >>> from hypothesis import Phase, find, settings
    >>> from lipbound.bounds import precision
    >>> first = settings(phases=[Phase.generate])  # not the simplest, which takes long to find
    >>> case, event = find(scenes(precision), lambda scene: scene[0].L > 2, settings=first)
    >>> precision.standing(case, **event).name
    'PROVEN'
    """
    if bound.name == "balanced":
        return st.builds(Instance, _odd(), targets()).map(_alone)
    if bound.name == "precision":
        pair = rationals("1/8", 4, 8).map(lambda x: {"left": -x, "right": x})
        return st.tuples(st.builds(Instance, _odd(), targets()), pair)
    if bound.name in ("symmetric_fit", "ode_exponent", "sde_exponent"):
        return _pairs(Fraction(5, 2)).map(_seen)
    if bound.name == "latent_remedy":
        return _remedies()
    if bound.name.startswith("unbalanced"):
        weights = rationals("1/10", "9/10", 20)
        drawn = st.tuples(rationals("3/2", "5/2", 8), rationals("1/4", 2, 4), weights)
        return drawn.map(lambda x: _seen(two_gaussians(x[0] * x[1], x[1], x[2])))
    if bound.name.startswith("comb"):
        return _combs().map(_seen)
    if bound.name == "affine_best":
        return st.builds(Instance, maps(1, attained=True), mixtures(sds=(1, 3))).map(_alone)
    if bound.name == "mostly_lipschitz":
        sides = st.fixed_dictionaries({"start": rationals(-4, -2, 4), "stop": rationals(2, 4, 4)})
        return st.tuples(st.builds(Instance, _rising(), targets()), sides)
    if bound.name == "cells":
        cuts = st.lists(rationals(-6, 6, 4), min_size=2, max_size=6, unique=True)
        return st.tuples(instances(), st.builds(dict, cuts=cuts.map(sorted)))
    if bound.name == "score_slope":
        return st.tuples(_one_width().map(lambda nu: Instance(affine(1), nu)), st.builds(dict, at=rationals(-4, 4, 8)))
    if bound.name in REGIONS:
        return _regions(*REGIONS[bound.name])
    if bound.name in ("two_points", "two_points_rate"):
        return st.builds(Instance, instances().map(lambda case: case.g), _two_points()).map(_alone)
    if bound.name == "log_concave":
        return (_pairs(Fraction(3, 4)) | st.builds(Gaussian, rationals(-3, 3), rationals("1/4", 4, 8))).map(_seen)
    if bound.name == "mixture_in_ball":
        return _one_width().map(_seen)
    if bound.name.startswith("bi_lipschitz"):
        return st.builds(Instance, _rising(), targets()).map(lambda case: (case, {"at": 0, "r": Fraction(1, 2)}))
    if bound.name in ("residual_depth", "inverse_depth"):
        return _stacks(bound.name == "inverse_depth")
    if bound.name == "noisy_depth":
        return _noisy_lines()
    if bound.name == "flow_budget":
        return _straightened()
    if bound.name in ("tail", "enlargement"):
        ends = st.fixed_dictionaries({"at": rationals(-4, 4, 8), "r": rationals("1/8", 6, 8)})
        return st.tuples(instances(), ends)
    return instances(bound).map(_alone)


# few, as exact fits are worked out for each pair once, and know no unit of length
SCALES: Final = st.sampled_from(("1/4", 1, "3/2")).map(Fraction)


def _seen(nu: Any) -> Scene:
    return _alone(Instance(affine(1), nu))


def _alone(case: Instance) -> Scene:
    """An instance that needs no event."""
    return case, {}


def _pairs(widths: Fraction) -> st.SearchStrategy[Any]:
    """Two even modes whose distance is at most so many widths; close ones, which take longest, are always one pair."""
    some = st.tuples(rationals("1/4", widths, 8), SCALES).map(lambda x: two_gaussians(x[0] * x[1], x[1]))
    return _seldom(st.just(two_gaussians("1/16")), some)


def _seldom(rare: st.SearchStrategy[Any], some: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The first strategy one time in eight."""
    return st.integers(0, 7).flatmap(lambda n: rare if n == 7 else some)


def _remedies() -> st.SearchStrategy[Scene]:
    """Targets whose valley is deeper than the latent law's; seldom others, a few, for there T is steepest far out."""
    part = st.tuples(rationals("1/4", "5/2", 4), SCALES, st.sampled_from((0, "1/2", "7/8", 1)).map(Fraction))
    deep = part.map(lambda x: (_seen(two_gaussians(x[0] * x[1], x[1]))[0], {"k": x[0] * x[2]}))
    beyond = [(1, "1/2", "5/2"), (1, 1, "3/2"), (1, 1, 3), ("1/16", 1, "1/8")]
    rare = st.sampled_from(beyond).map(lambda x: (_seen(two_gaussians(*x[:2]))[0], {"k": x[2]}))
    return _seldom(rare, deep)


# least and greatest m / s and L / s at which the statements on the sharp frontier of two even modes are tried
REGIONS: Final = MappingProxyType({
    "one_sided": ("1/4", 6, "33/20", 30),
    "polynomial_rate": ("1/4", 6, "33/20", 30),
    "product_target": ("1/4", 6, "1/4", 8),
    "valley_rate": ("1/4", 6, "33/20", 30),
    "one_sided_apart": (3, 6, "6/5", 30),
        "one_sided_early": (2, 3, "6/5", "33/20"),
    "shared_loss": ("1/4", 1, 1, 3),
    "shared_loss_apart": (1, "6/5", 1, "7/5"),
})  # fmt: skip


def _regions(low: object, high: object, least: object, most: object) -> st.SearchStrategy[Scene]:
    """Two even modes at some place, and a line of some slope."""
    drawn = st.tuples(rationals(low, high, 8), rationals(least, most, 20), rationals("1/4", 4, 4), rationals(-2, 2, 2))

    def scene(x: tuple[Fraction, ...]) -> Scene:
        half, steep, sd, middle = x
        nu = gaussian_mixture(("1/2", "1/2"), (middle - half * sd, middle + half * sd), (sd, sd))
        return Instance(affine(steep * sd), nu), {}

    return drawn.map(scene)


def _combs() -> st.SearchStrategy[Any]:
    """Two to four modes in a row; few of them, for an exact fit is worked out for each."""
    drawn = st.tuples(
        st.integers(2, 4), st.sampled_from(("6/5", "3/2", 2, "5/2")).map(Fraction), st.sampled_from((1, 3))
    )
    return drawn.map(
        lambda x: gaussian_mixture(
            [Fraction(1, x[0])] * x[0], [2 * k * x[1] * x[2] for k in range(x[0])], [x[2]] * x[0]
        )
    )


def _two_points() -> st.SearchStrategy[Any]:
    """Two points and their masses."""
    parts = st.tuples(rationals(-4, 4, 4), rationals("1/4", 8, 4), rationals("1/20", "19/20", 20))
    return parts.map(lambda x: Discrete((x[0], x[0] + x[1]), (x[2], 1 - x[2])))


@st.composite
def _one_width(draw: st.DrawFn) -> Any:
    """Mixtures of two to four Gaussians of one width, their centres within three widths."""
    count, sd = draw(st.integers(2, 4)), draw(rationals("1/2", 2, 8))
    shares = [Fraction(draw(st.integers(1, 9))) for _ in range(count)]
    centres = [sd * draw(rationals(-3, 3, 8)) for _ in range(count)]
    return gaussian_mixture([x / sum(shares) for x in shares], centres, [sd] * count)


@st.composite
def _odd(draw: st.DrawFn) -> PiecewiseAffine:
    """Odd maps, not constant: their slopes to the right of zero are repeated to the left."""
    count = draw(st.integers(1, 3))
    steps = [draw(rationals("1/8", 2, 8)) for _ in range(count)]
    knots = [sum(steps[: i + 1], Fraction(0)) for i in range(count)]
    slopes = [draw(rationals(-3, 3, 4)) for _ in range(count + 1)]
    slopes[0] = slopes[0] or Fraction(1)
    return from_slopes([-x for x in reversed(knots)] + knots, [*reversed(slopes), *slopes[1:]], (0, 0))


@st.composite
def _rising(draw: st.DrawFn) -> PiecewiseAffine:
    """Increasing maps with an increasing inverse."""
    knots = sorted(draw(st.lists(rationals(-3, 3, 8), max_size=4, unique=True)))
    slopes = [draw(rationals("1/4", 4, 4)) for _ in range(len(knots) + 1)]
    return from_slopes(knots, slopes, (0, draw(rationals(-1, 1, 4)))) if knots else affine(slopes[0])


@st.composite
def _stacks(draw: st.DrawFn, inverse: bool) -> Scene:
    """Up to three residual blocks on one another, or the inverse of such a stack."""
    kappa, count = draw(rationals("1/8", "7/8", 8)), draw(st.integers(1, 3))
    blocks = [draw(maps(kappa, knots=3)) for _ in range(count)]
    stack = [_inverted(_block(f)) if inverse else _block(f) for f in blocks]
    whole = reduce(lambda g, h: h @ g, stack)
    return Instance(whole, Gaussian()), {"kappa": kappa, "n": count}


@st.composite
def _noisy_lines(draw: st.DrawFn) -> Scene:
    """Steps along lines, with noise: the law of the last point, its deviation rounded down to a float."""
    kappa, sigma, count = draw(rationals("1/8", 2, 8)), draw(rationals("1/8", 2, 8)), draw(st.integers(1, 4))
    steepest, var = Fraction(nextafter(exp(kappa), 0)), Fraction(1)
    for _ in range(count):
        var = (steepest * draw(rationals(-1, 1, 8))) ** 2 * var + sigma**2
    sd = Fraction(nextafter(sqrt(var), 0))
    return Instance(affine(1), Gaussian(0, sd)), {"kappa": kappa, "n": count, "sigma": sigma}


@st.composite
def _straightened(draw: st.DrawFn) -> Scene:
    """Images of maps of slopes between 1 and a, along straight lines: the constants of the velocities sum to log a."""
    knots = sorted(draw(st.lists(rationals(-3, 3, 8), max_size=3, unique=True)))
    slopes = [draw(rationals("5/4", 4, 4)) for _ in range(len(knots) + 1)]
    g = from_slopes(knots, slopes, (0, 0)) if knots else affine(slopes[0])
    return Instance(g, pushforward(g)), {"kappa": Fraction(nextafter(log(max(slopes)), 9))}


def _block(f: PiecewiseAffine) -> PiecewiseAffine:
    """z + f(z)."""
    rows = f.branches()
    if len(rows) == 1:
        return affine(1 + rows[0].slope, rows[0].shift)
    knots = [Fraction(x.start) for x in rows[1:]]
    return from_slopes(knots, [1 + x.slope for x in rows], (knots[0], knots[0] + f.at(knots[0])))


def _inverted(g: PiecewiseAffine) -> PiecewiseAffine:
    """The inverse of an increasing map."""
    rows = g.branches()
    if len(rows) == 1:
        return affine(1 / rows[0].slope, -rows[0].shift / rows[0].slope)
    knots = [Fraction(x.start) for x, _ in pairwise(rows[1:] + rows[-1:])]
    return from_slopes([g.at(x) for x in knots], [1 / x.slope for x in rows], (g.at(knots[0]), knots[0]))
