"""The integrands of the usual f-divergences at arrays of points, against many digits."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
import pytest
from mpmath import mp, mpf
from numpy.typing import NDArray

from lipbound.kernels import generators, runs

Floats = NDArray[np.float64]


def js(p: mpf, q: mpf) -> mpf:
    m = (p + q) / 2
    return (p * mp.log(p / m) + q * mp.log(q / m)) / 2


EXACT: MappingProxyType[str, Callable[[mpf, mpf], mpf]] = MappingProxyType({
    "kl": lambda p, q: p * mp.log(p / q) - p + q,
    "js": js,
    "hellinger2": lambda p, q: (mp.sqrt(p) - mp.sqrt(q)) ** 2 / 2,
    "chi2": lambda p, q: (p - q) ** 2 / q,
})  # fmt: skip


def logs(n: int = 300) -> tuple[Floats, Floats]:
    """Logarithms nearly equal, apart, far apart, and on both sides of where one formula takes over from another."""
    rng = np.random.default_rng(0)
    lp = rng.normal(-3, 2, n)
    gaps = np.concatenate([rng.normal(0, 5, n // 3), 10.0 ** rng.uniform(-12, 0, n // 3), rng.normal(0, 0.4, n // 3)])
    gaps[:6] = (0.3464, 0.3466, -0.3466, 0.6931, 0.9999, 1.0001)
    return lp, lp - gaps


def exact(name: str, lp: Floats, lq: Floats) -> list[mpf]:
    with mp.workdps(60):
        return [EXACT[name](mp.exp(mpf(a)), mp.exp(mpf(b))) for a, b in zip(lp.tolist(), lq.tolist(), strict=True)]


@pytest.mark.parametrize("name", EXACT)
def test_values_are_within_their_stated_rounding(name: str):
    lp, lq = logs()
    value, ulps = getattr(generators, name)().term(lp, lq)
    off = np.array([float(abs(mpf(v) - e)) for v, e in zip(value.tolist(), exact(name, lp, lq), strict=True)])
    assert np.all(off <= runs.EPS * ulps)  # honest
    assert np.max(runs.EPS * ulps / (np.exp(lp) + np.exp(lq) + value)) < 1e-13  # and tight


@pytest.mark.parametrize("name", EXACT)
def test_nothing_cancels_where_the_laws_nearly_agree(name: str):
    lp, lq = np.zeros(40), 2.0 ** -np.arange(2.0, 42.0)  # their difference is exact; `bend` is good to ten ulps there
    value, _ = getattr(generators, name)().term(lp, lq)
    assert (
        max(float(abs(v / e - 1)) for v, e in zip(map(mpf, value.tolist()), exact(name, lp, lq), strict=True)) < 3e-15
    )


def test_the_plain_formula_would_cancel():
    # power: p log(p/q) - p + q loses all its digits
    q = np.exp(-(2.0**-30))
    plain = -np.log(q) - 1.0 + q
    assert abs(plain / float(exact("kl", np.zeros(1), np.log([q]))[0]) - 1) > 1e-4


def test_arrays_of_any_shape():
    lp, lq = (x.reshape(10, 30) for x in logs())
    value, ulps = generators.js().term(lp[:, ::7], lq[:, ::7])
    assert value.shape == ulps.shape == (10, 5)
    assert np.array_equal(value, generators.js().term(lp, lq)[0][:, ::7])


def test_several_in_one_go_are_what_each_is_alone():
    lp, lq = (x.reshape(10, 30) for x in logs())
    usual = [getattr(generators, name)() for name in EXACT]
    several = [*usual, *map(generators.mirrored, usual)]
    values, ulps = generators.terms(several)(lp, lq)
    mixed = generators.terms([*several, generators.power(2.0)])(lp, lq)  # one that is not among the usual ones
    for n, (g, value, rounding) in enumerate(zip(several, values, ulps, strict=True)):
        assert np.array_equal(g.term(lp, lq), (value, rounding))
        assert np.array_equal(value, mixed[0][n])
        assert np.array_equal(rounding, mixed[1][n])
    assert not np.array_equal(values[0], values[4])  # power: KL and its mirror image differ
    assert np.array_equal(values[4], usual[0].term(lq, lp)[0])
