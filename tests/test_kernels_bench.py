"""The benchmarks measure what they say; their times are nobody's business here."""

from __future__ import annotations

import math
from itertools import groupby

import numpy as np
import pytest

from bench.cases import plain_densities, quadrature
from bench.floor import active, exponentials
from bench.subjects import TARGET, monotone, network, places
from bench.timing import OFTEN, TURN, Row, cpu, race, table
from lipbound.divergences import tv
from lipbound.laws import pushforward


def test_the_network_is_the_one_with_402_pieces():
    g = network()
    assert len(g.branches()) == 402
    assert float(g.lipschitz()) == pytest.approx(14.535688891825, rel=1e-12)


def test_the_monotone_map_fits_the_two_modes():
    g = monotone()
    slopes = [branch.slope for branch in g.branches()]
    assert len(slopes) == 400
    assert min(slopes) > 0
    assert float(tv(pushforward(g), TARGET)) == pytest.approx(0.0097519865, rel=1e-6)


def test_quadrature_sees_all_of_both_laws():
    law = pushforward(monotone(20))
    densities, integral = plain_densities(law), quadrature(law)
    assert integral(lambda y: densities(y)[0]) == pytest.approx(1, abs=1e-12)
    assert integral(lambda y: densities(y)[1]) == pytest.approx(1, abs=1e-12)
    gap = integral(lambda y: 0.5 * abs(densities(y)[0] - densities(y)[1]))
    assert gap == pytest.approx(float(tv(law, TARGET)), abs=1e-8)  # its kinks are not breakpoints


def test_the_floor_makes_the_exponentials_it_counts():
    ys = np.array([0.0, 0.0, 3.0, 40.0])
    out = exponentials(ys, 2.5)  # two for each point, a third for every other
    assert out[:2].tolist() == [3.0, 3.0]
    assert out[2] == pytest.approx(math.exp(-4.5) + math.exp(-3.6))
    assert active(TARGET, ys) == 2.0
    assert np.all(np.diff(places(TARGET, 100, "sorted")) >= 0)


def test_rows_say_whether_their_target_is_met():
    faster = Row("a", 1.0, "b", 3.0, 1e-16, 2.0)
    assert faster.met
    assert not faster._replace(target=4.0).met
    assert faster._replace(ours=3.3, target=1.2, slower=True).met
    assert not faster._replace(ours=6.0, target=1.2, slower=True).met
    assert faster._replace(theirs=None).met
    assert not faster._replace(theirs=None, target=0.5).met
    assert "NO" in table([faster._replace(target=4.0)])
    assert "NO" not in table([faster])


def test_a_race_takes_the_least_time_of_each():
    calls: list[str] = []
    times = race(lambda: calls.append("a"), lambda: calls.append("b"), rounds=2)
    turns = [(name, len(list(run))) for name, run in groupby(calls)]
    assert [name for name, _ in turns] == ["a", "b"] * 3
    assert [n for _, n in turns[:2]] == [1, 1]
    assert all(1 < n <= OFTEN for _, n in turns[2:])  # quick ones run several times
    assert all(0 <= t < math.inf for t in times)


def test_a_slow_program_runs_once_in_a_turn():
    calls: list[str] = []

    def slow() -> None:
        calls.append("s")
        start = cpu()
        while cpu() - start < TURN:
            pass

    times = race(slow, lambda: calls.append("q"), rounds=1)
    assert calls.count("s") == 2
    assert times[0] >= TURN > times[1]
