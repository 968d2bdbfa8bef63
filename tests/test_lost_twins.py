"""What mass that is not followed may change of an f-divergence: bounds that hold however much of it there is."""

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from lipbound import balls
from lipbound.balls.astray import Excess, gathered
from lipbound.balls.thin import crossed, heft, on_cell, thinness
from lipbound.enclosure import of_ball
from lipbound.exact import INF, extended
from lipbound.laws import AbstractLaw, Gaussian, pushforward
from lipbound.laws.nearby import nearby, tabulated
from lipbound.maps import formula
from lipbound.maps.ripples import ripple
from lipbound.pieces import Lost, Pieces, joint

GENERATORS = {"kl": balls.generators.kl, "js": balls.generators.js, "hellinger2": balls.generators.hellinger2}
SIN = pushforward(formula("sin(z)"))
WAVE = pushforward(formula("z + 2*sin(z)"))
TANH = pushforward(formula("tanh(z)"))
GENTLE = pushforward(formula("z + sin(z)/2"))
REACHES = (1, 2, 4)


def tables(p: Pieces, q: Pieces) -> tuple[balls.table.Table, balls.table.Table]:
    at = joint(p, q)
    return tabulated(p, at), tabulated(q, at)


def bounds(p: AbstractLaw, q: AbstractLaw, name: str, reach: int) -> tuple[float, float]:
    ours, yours = (nearby(law.pieces(), Fraction(reach - (4 if law is WAVE else 0))) for law in (p, q))
    low, high = balls.lost.between(*tables(ours, yours), GENERATORS[name](), 1e-6)
    return of_ball(low).lo, of_ball(high).hi


@pytest.mark.parametrize("name", ["kl", "js", "hellinger2"])
@pytest.mark.parametrize(
    ("p", "q"),
    [(SIN, Gaussian()), (WAVE, Gaussian()), (Gaussian(), WAVE), (TANH, WAVE), (TANH, SIN), (SIN, WAVE), (GENTLE, WAVE)],
    ids=["sin", "g", "h", "tanh-g", "tanh-sin", "sin-g", "gentle-g"],
)
def test_bounds_hold_and_close_as_less_is_lost(p: AbstractLaw, q: AbstractLaw, name: str):
    rows = [bounds(p, q, name, reach) for reach in REACHES]
    low, high = bounds(p, q, name, 9)
    assert high - low < 1e-5
    for a, b in rows:  # honest: up to a third of the mass is not followed
        assert a <= high
        assert low <= b
    widths = [b - a for a, b in rows]
    assert widths[-1] < widths[0]
    assert rows[-1][1] < math.inf


@pytest.mark.parametrize(
    ("p", "q"), [(Gaussian(5, "1/10"), WAVE), (TANH, WAVE), (SIN, GENTLE), (GENTLE, WAVE), (WAVE, Gaussian(0, 2))]
)
def test_what_bounds_a_cell_that_no_integral_decides_is_above_its_part(p: AbstractLaw, q: AbstractLaw):
    """Of p log(p/q) - p + q on a cell; q alone counts where p has next to nothing."""
    ours, yours = tables(*(nearby(law.pieces(), Fraction(8)) for law in (p, q)))
    with balls.panel.precision(100):
        parts = balls.panel.terms(ours, yours, balls.generators.kl(), arb(1e-9), arb(1e-10))
        rows = [row for row in zip(ours.cells, yours.cells, parts, strict=True) if row[0].filled and row[1].filled]
        bounds = [crossed(c, on_cell(yours, d)) for c, d, _ in rows]
        assert all(x + heft(d) >= part.lower() for x, (_, d, part) in zip(bounds, rows, strict=True))
    if p == Gaussian(5, "1/10"):  # power: without the mass of q it would not be
        assert any(x < part for x, (_, _, part) in zip(bounds, rows, strict=True))


def test_without_its_corrections_the_sum_would_be_wrong():
    """Power: what is followed alone is not the divergence."""
    ours, yours = nearby(SIN.pieces(), Fraction(1)), Gaussian().pieces()
    with balls.panel.precision(100):
        bare = balls.panel.total(*tables(ours, yours), balls.generators.kl(), arb(1e-6), arb(1e-7))
    truth = bounds(SIN, Gaussian(), "kl", 9)
    assert not truth[0] <= of_ball(bare).lo <= truth[1]


THIN: list[tuple[AbstractLaw, float, float]] = [
    (Gaussian(1, 2), -math.inf, math.inf),
    (WAVE, -math.inf, math.inf),
    (pushforward(formula("z**3")), -math.inf, math.inf),
    (GENTLE, -math.inf, math.inf),
    (TANH, -0.75, 0.75),
]


@pytest.mark.parametrize(("law", "low", "high"), THIN, ids=["normal", "wave", "cube", "gentle", "tanh"])
def test_a_parabola_above_log_one_over_the_density(law: AbstractLaw, low: float, high: float):
    places = [Fraction(-3, 4), Fraction(3, 4)]
    ours = nearby(law.pieces(), Fraction(-1))  # between folds the bound is one constant: few of them keep it small
    with balls.panel.precision(100):
        found = thinness(tabulated(ours, sorted({*joint(ours, ours), *places})), *map(extended, (low, high)))
        c, k = (float(x.upper()) for x in found)
    ys = np.linspace(max(low, -12), min(high, 12), 401)[1:-1]
    logs = -np.asarray(law.logpdf(ys))
    assert np.all(logs <= c + k * ys**2)
    assert np.max(logs - k * ys**2) > c - 8  # power: not a bound of anything thinner
    assert not np.all(logs <= c - 8 + k * ys**2)


def test_nothing_bounds_a_law_whose_density_runs_to_zero():
    ours = TANH.pieces()
    with balls.panel.precision(100):
        assert not thinness(tabulated(ours, joint(ours, ours)), -INF, INF).constant.is_finite()


def test_strands_are_let_go_from_outside_in():
    for reach in (2, 5, 9):
        kept = nearby(SIN.pieces(), Fraction(reach))
        lost = [s for s in kept if isinstance(s, Lost)]
        (right,) = (s for s in lost if s.stop == math.inf)
        assert reach < right.start < reach + 2 * math.pi  # the next turn
        assert len(kept) < len(SIN.pieces())
    straight = pushforward(formula("z + tanh(z)")).pieces()
    assert nearby(straight, Fraction(1)) == straight


def test_flatness_of_a_sine_over_its_period():
    """The integral of -log |cos| over a period is 2 pi log 2 = 4.355; of its positive part just that."""
    found = ripple(formula("sin(z)").curve, Fraction(62832, 10_000))
    assert found is not None
    assert 2 * math.pi * math.log(2) < found.flat < 20  # honest, and not silly
    assert found.turns == 2
    assert found.period < 2 * math.pi  # so that stretches of this length fit into a period


def test_crowding_of_several_parts():
    """Two parts at one place with density 1 on an interval of length 1: the integral of 2 log 2."""
    part = Excess(arb(1), arb(0), arb(0))
    assert float(gathered([part, part]).crowding) >= 2 * math.log(2) - 1e-12
    assert float(gathered([part]).crowding) == 0.0  # power


def test_crowding_bounds_the_entropy_of_lost_mass():
    """sin of |Z| > r: the integral of a log+ a over (-1, 1), by the midpoint rule in the angle."""
    (right,) = (s for s in nearby(SIN.pieces(), Fraction(1)) if isinstance(s, Lost) and s.stop == math.inf)
    start, phi = float(right.start), lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    total, count = 0.0, 4000
    for k in range(count):
        t = -math.pi / 2 + math.pi * (k + 0.5) / count
        points = [s + 2 * math.pi * n for n in range(4) for s in (t, math.pi - t)]
        a = sum(phi(z) for z in points if z > start) / math.cos(t)
        total += a * max(0.0, math.log(a)) * math.cos(t) * math.pi / count if a > 0 else 0.0
    found = float(balls.astray.excess(right).crowding)
    assert total <= found
    assert found < 20 * (total + 0.1)  # and not silly
