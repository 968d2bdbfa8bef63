"""Random laws: Gaussians, mixtures, targets, discrete laws and push-forwards of all of these."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st

from ..errors import DomainError
from ..exact import exact
from ..laws import AbstractLaw, Discrete, Gaussian, Mixture, Pushforward, pushforward
from ..maps import AbstractMap
from .of_maps import Draw, maps, networks, rationals

LEAST_WEIGHT = Fraction(1, 100)


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
