"""Smooth networks: values, slopes, branches and Lipschitz constants against mpmath's forward pass; files, refusals."""

from __future__ import annotations

import json
import math
import pickle
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipbound import DomainError, Enclosure, SmoothNetwork, affine, fold, formula
from lipbound.maps import Bend
from test_formula import FAR, holds
from test_smooth import defects

INF = math.inf
PARTS = ("weight", "bias")
NAMES = ("erf", "gelu", "gelu_tanh", "sigmoid", "silu", "softplus", "tanh")


def network(widths: tuple[int, ...], activation: str, seed: int = 0, gain: float = 1.5) -> SmoothNetwork:
    rng = np.random.default_rng(seed)
    sizes = [1, *widths, 1]
    shapes = [(out, given) for given, out in pairwise(sizes)]
    return SmoothNetwork(
        [(gain * rng.normal(size=s) / math.sqrt(s[1]), rng.normal(size=s[0])) for s in shapes], activation
    )


def forward(g: SmoothNetwork, z: mpmath.mpf) -> mpmath.mpf:
    """The network at z, layer by layer in mpmath."""
    units = [z]
    for i, (weights, bias) in enumerate(g.layers):
        if i:
            units = [FAR[g.activation](u) for u in units]
        rows = zip(weights.tolist(), bias.tolist(), strict=True)
        units = [mpmath.fsum([b, *(mpmath.mpf(w) * u for w, u in zip(row, units, strict=True))]) for row, b in rows]
    return units[0]


@pytest.mark.parametrize("activation", NAMES)
@given(widths=st.sampled_from([(), (3,), (2, 3), (2, 2, 2)]), seed=st.integers(0, 999), z=st.fractions(-9, 9))
def test_values_and_slopes(activation: str, widths: tuple[int, ...], seed: int, z: Fraction):
    g = network(widths, activation, seed)
    with mpmath.workdps(60):
        x, h = mpmath.mpf(z.numerator) / z.denominator, mpmath.mpf(10) ** -20
        value, quotient = forward(g, x), (forward(g, x + h) - forward(g, x - h)) / (2 * h)
        assert holds(g.at(z), value)
        assert not holds(g.at(z), value * (1 + mpmath.mpf(10) ** -14))
        slope = g.slope(z)
        assert mpmath.mpf(slope.lo) - mpmath.mpf("1e-25") <= quotient <= mpmath.mpf(slope.hi) + mpmath.mpf("1e-25")


@pytest.mark.parametrize("activation", NAMES)
def test_floats(activation: str):
    g = network((16, 16), activation)
    zs = np.random.default_rng(1).normal(size=60) * 4
    with mpmath.workdps(40):
        for z, y in zip(zs.tolist(), g(zs).tolist(), strict=True):
            value = forward(g, mpmath.mpf(z))
            assert abs(mpmath.mpf(y) - value) <= abs(value) * 2.0**-30


CASES = [(name, widths) for name in NAMES for widths in ((5,), (4, 4))]


@pytest.mark.parametrize(("activation", "widths"), CASES)
def test_branches_and_the_lipschitz_constant(activation: str, widths: tuple[int, ...]):
    g = network(widths, activation, seed=7)
    assert defects(g, g.branches()) == set()
    found = g.lipschitz()
    low, high = steepest(g)
    assert found.certified
    assert low <= found.hi
    assert found.lo <= high
    assert found.hi - found.lo <= 1e-12 * found.hi


def steepest(g: SmoothNetwork) -> tuple[float, float]:
    """A slope that is attained, and what grid and curvature leave room for above it."""
    zs = np.linspace(-40, 40, 160_001)
    quotients = np.abs(np.diff(g(zs)) / np.diff(zs))
    k = int(quotients.argmax())
    at = [g.slope(Fraction(z)) for z in np.linspace(zs[max(k - 1, 0)], zs[min(k + 2, len(zs) - 1)], 7)]
    return max(max(s.lo, -s.hi) for s in at), float(quotients.max()) * (1 + 1e-4)


def test_power_a_shrunk_constant_and_a_dropped_critical_point_are_seen():
    g = network((4, 4), "tanh", seed=7)
    found, (low, high) = g.lipschitz(), steepest(g)
    wrong = Enclosure(found.lo * (1 - 1e-6), found.hi * (1 - 1e-6), True)
    assert low > wrong.hi
    assert found.lo * (1 + 1e-3) > high
    rows: tuple[Bend, ...] = g.branches()
    assert len(rows) > 2
    assert defects(g, (rows[0]._replace(stop=rows[1].stop), *rows[2:])) != set()


def test_one_unit_is_its_formula():
    g = SmoothNetwork([([[1.5], [0.0]], [0.25, 0]), ([[2.0, 1.0]], [-1.0])], "gelu")
    f = formula("2*gelu(3*z/2 + 1/4) - 1")
    assert [row.rising for row in g.branches()] == [row.rising for row in f.branches()]
    assert g.branches()[0].high == f.branches()[0].high == -1
    assert g.branches()[-1].high == INF
    assert g.lipschitz().overlaps(f.lipschitz())
    assert abs(float(g.branches()[0].stop) - float(f.branches()[0].stop)) < 1e-15


def test_limits_of_deep_networks_are_known_to_any_precision():
    g = network((3, 3), "tanh", seed=2)
    rows = g.branches()
    assert (rows[0].start, rows[-1].stop) == (-INF, INF)
    with mpmath.workdps(40):
        last = rows[-1].high if rows[-1].rising else rows[-1].low
        assert abs(float(last) - forward(g, mpmath.mpf(10) ** 6)) < 1e-15


def test_equal_weights_are_one_curve():
    assert network((3,), "tanh").curve.key == network((3,), "tanh").curve.key
    assert network((3,), "tanh").curve.key != network((3,), "erf").curve.key != network((3,), "erf", 1).curve.key


def test_what_was_found_travels():
    g = network((3, 3), "tanh", seed=2)
    rows = g.branches()
    assert pickle.loads(pickle.dumps(g)).curve.key == g.curve.key
    again = pickle.loads(pickle.dumps(rows))
    assert [row.curve.key for row in again] == [g.curve.key] * len(rows)
    assert [(row.start, row.stop, row.low, row.high) for row in again] == [
        (row.start, row.stop, row.low, row.high) for row in rows
    ]


def test_files(tmp_path: Path):
    g = network((4, 4), "silu")
    arrays = {
        f"{i}.{part}": x for i, layer in enumerate(g.layers) for part, x in zip(("weight", "bias"), layer, strict=True)
    }
    np.savez(tmp_path / "g.npz", **arrays, activation="silu", meta=json.dumps({"seed": 0}))
    again = SmoothNetwork.load(tmp_path / "g.npz")
    assert (again.curve.key, again.meta) == (g.curve.key, {"seed": 0})
    np.savez(tmp_path / "open.npz", **arrays)
    assert SmoothNetwork.load(tmp_path / "open.npz", "silu").curve.key == g.curve.key
    np.savez(tmp_path / "relu.npz", **arrays, activation="relu")
    with pytest.raises(DomainError, match=r"relu.npz does not hold a network .*'relu' is not smooth"):
        SmoothNetwork.load(tmp_path / "relu.npz")


def test_compositions():
    g, f = network((3,), "tanh"), formula("z + sin(z)/2")
    with mpmath.workdps(40):
        x = mpmath.mpf(1) / 3
        assert holds((g @ f).at("1/3"), forward(g, x + mpmath.sin(x) / 2))
        assert holds((f @ g).at("1/3"), forward(g, x) + mpmath.sin(forward(g, x)) / 2)
        assert holds((affine(2, 1) @ g @ affine(-1)).at("1/3"), 2 * forward(g, -x) + 1)
    assert (affine(-3) @ g).lipschitz().overlaps(Enclosure(3 * g.lipschitz().lo, 3 * g.lipschitz().hi, True))
    assert (g @ f).lipschitz().hi <= 3 / 2 * g.lipschitz().hi * (1 + 1e-12)
    assert defects(g @ f, (g @ f).bends(Fraction(-5), Fraction(5))) == set()
    with pytest.raises(TypeError):
        g @ fold()


@pytest.mark.parametrize(
    ("layers", "activation", "message"),
    [
        ([([[1]], [0])], "relu", r"activation = 'relu' is not smooth: give one of erf, gelu, .*Network"),
        ([([[1, 2]], [0])], "tanh", r"layer 1 has weight \(1, 2\)"),
        ([([[1], [1]], [0, 0])], "tanh", "has 2 outputs"),
        ([], "tanh", "0 layers"),
        ([([[math.nan]], [0])], "tanh", "contains nan"),
    ],
)
def test_refusals(layers: object, activation: str, message: str):
    with pytest.raises(DomainError, match=message):
        SmoothNetwork(layers, activation)
