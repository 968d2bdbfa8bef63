"""The Hypothesis strategies keep their promises, reach what they should, and serve a user's own tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from lipbound import strategies as lips
from lipbound.errors import DomainError
from lipbound.laws import AbstractLaw, Discrete, Gaussian, Mixture, Pushforward
from lipbound.maps import AbstractMap, Network, PiecewiseAffine

REACH = settings(max_examples=3000, phases=[Phase.generate], database=None, deadline=None)  # found is enough
BOUNDS = st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(2), Fraction(100)])


@given(st.data(), BOUNDS, st.booleans(), st.integers(0, 6))
def test_maps_keep_their_bounds(data: st.DataObject, bound: Fraction, monotone: bool, knots: int):
    g = data.draw(lips.maps(bound, monotone, knots))
    assert g.lipschitz() <= bound
    assert len(g.branches()) <= knots + 1
    assert not monotone or all(branch.slope >= 0 for branch in g.branches())


@given(st.data(), BOUNDS, st.booleans())
def test_a_constant_that_is_asked_for_is_attained(data: st.DataObject, bound: Fraction, monotone: bool):
    assert data.draw(lips.maps(bound, monotone, attained=True)).lipschitz() == bound


def slopes(g: AbstractMap) -> list[Fraction]:
    return [branch.slope for branch in g.branches()]


MAPS: list[tuple[str, Callable[[PiecewiseAffine], bool]]] = [
    ("a flat piece", lambda g: 0 in slopes(g)),
    ("a constant map", lambda g: slopes(g) == [0]),
    ("an affine map", lambda g: len(slopes(g)) == 1 and slopes(g)[0] > 1),
    ("a fold", lambda g: min(slopes(g)) < 0 < max(slopes(g))),
    ("a narrow cell", lambda g: any(b.stop - b.start == Fraction(1, 1000) for b in g.branches())),
    ("six knots", lambda g: len(slopes(g)) == 7),
    ("less than the bound", lambda g: g.lipschitz() == 1 and len(slopes(g)) == 2),
]


@pytest.mark.parametrize(("what", "is_so"), MAPS)
def test_maps_reach(what: str, is_so: Callable[[PiecewiseAffine], bool]):
    assert is_so(find(lips.maps(), is_so, settings=REACH))


@given(lips.networks(3, 2))
def test_networks_are_small(g: Network):
    assert 2 <= len(g.layers) <= 3
    assert all(len(weight) <= 3 for weight, _ in g.layers)
    assert g.negative_slope in (0, Fraction(1, 100), Fraction(1, 5))


@given(lips.mixtures(max_components=5, centres=(-2, "1/3"), sds=("1/7", "1/3"), min_components=2))
def test_mixtures_keep_their_ranges(nu: Mixture):
    assert 2 <= len(nu.laws) <= 5
    assert sum(nu.weights) == 1
    assert min(nu.weights) >= Fraction(1, 100)
    for part in nu.laws:
        assert isinstance(part, Gaussian)
        assert -2 <= part.centre <= Fraction(1, 3)
        assert Fraction(1, 7) <= part.sd <= Fraction(1, 3)


@given(lips.gaussians() | lips.targets().flatmap(lambda nu: st.sampled_from(nu.laws)))
def test_gaussians_are_of_a_physical_size(p: Gaussian):
    assert -10 <= p.centre <= 10
    assert Fraction(1, 20) <= p.sd <= 5


@settings(max_examples=10)
@given(lips.mixtures(100, min_components=60))
def test_many_components_keep_the_least_weight(nu: Mixture):
    assert min(nu.weights) >= Fraction(1, 100)


@given(lips.discretes())
def test_discrete_laws_have_distinct_points(p: Discrete):
    assert len(set(p.points)) == len(p.points) <= 4
    assert list(p.points) == sorted(p.points)
    assert min(p.masses) >= Fraction(1, 100)


LAWS: list[tuple[str, Callable[[AbstractLaw], bool]]] = [
    ("an atom beside a density", lambda p: any(s.slope for s in p.pieces()) and not all(s.slope for s in p.pieces())),
    ("an image of an image", lambda p: isinstance(p, Pushforward) and isinstance(p.base, Pushforward)),
    ("an image under a network", lambda p: isinstance(p, Pushforward) and isinstance(p.map, Network)),
    ("an image of a mixture", lambda p: isinstance(p, Pushforward) and isinstance(p.base, Mixture)),
    ("an image of a discrete law", lambda p: isinstance(p, Pushforward) and isinstance(p.base, Discrete)),
    ("a bounded support", lambda p: max(map(abs, p.support())) < 5),
]  # fmt: skip


@pytest.mark.parametrize(("what", "is_so"), LAWS)
def test_laws_reach(what: str, is_so: Callable[[AbstractLaw], bool]):
    assert is_so(find(lips.laws(), is_so, settings=REACH))


@given(lips.laws())
def test_denominators_stay_small(law: AbstractLaw):
    def numbers(p: AbstractLaw) -> list[Fraction]:
        if isinstance(p, Gaussian):
            return [p.centre, p.sd]
        if isinstance(p, Discrete):
            return [*p.points, *p.masses]
        if isinstance(p, Mixture):
            return [*p.weights, *(x for part in p.laws for x in numbers(part))]
        return numbers(p.base)

    assert max(x.denominator for x in numbers(law)) <= 100


REFUSALS: list[tuple[Callable[[], object], str]] = [
    (lambda: lips.maps(lipschitz=-1), "lipschitz = -1 is not a Lipschitz constant"),
    (lambda: lips.maps(knots=-1), "knots = -1 is not a number of knots"),
    (lambda: lips.networks(max_width=0), "max_width = 0 leaves no hidden unit"),
    (lambda: lips.networks(max_depth=0), "max_depth = 0 leaves no hidden unit"),
    (lambda: lips.mixtures(0), "1 to 0 components cannot be drawn"),
    (lambda: lips.mixtures(101), "1 to 101 components cannot be drawn"),
    (lambda: lips.discretes(0), "max_points = 0 is outside [1, 100]"),
    (lambda: lips.rationals(1, 0), "[1, 0] is not an interval"),
    (lambda: lips.gaussians(sds=(0, 1)), "a standard deviation must be positive"),
]


@pytest.mark.parametrize(("make", "message"), REFUSALS, ids=[message for _, message in REFUSALS])
def test_refusals_come_when_the_strategy_is_made(make: Callable[[], object], message: str):
    with pytest.raises(DomainError) as error:
        make()
    assert message in str(error.value)


USERS_TEST = """
from hypothesis import Phase, given, settings

from lipbound.divergences import tv
from lipbound.laws import pushforward
from lipbound.strategies import maps, targets


@settings(max_examples=10, deadline=None, phases=[Phase.generate])
@given(g=maps(lipschitz=2, monotone=True), nu=targets())
def test_a_statement_of_mine(g, nu):
    assert g.lipschitz() <= 2
    assert STATEMENT
"""


def run_in_a_project(tmp_path: Path, statement: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "test_mine.py").write_text(USERS_TEST.replace("STATEMENT", statement), encoding="utf-8")
    root = Path(__file__).parents[1]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py"]
    return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)


def test_the_strategies_serve_a_project_outside_the_package(tmp_path: Path):
    run = run_in_a_project(tmp_path, "tv(pushforward(g), nu).lo <= 1")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 passed" in run.stdout


def test_power_a_false_statement_fails_there_with_its_example(tmp_path: Path):
    run = run_in_a_project(tmp_path, "tv(pushforward(g), nu).hi < 0")
    assert run.returncode == 1
    assert "nu=Mixture(weights=" in run.stdout
    assert "g=PiecewiseAffine(" in run.stdout
