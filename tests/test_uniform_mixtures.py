"""Divergences of uniform laws that overlap: sums over steps, and quadrature beside Gaussians and atoms."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss
from scipy.integrate import quad
from scipy.special import rel_entr, xlogy
from scipy.stats import norm

from lipbound import chi2, hellinger2, js, kl, renyi, tv, w1
from lipbound.divergences import Divergence
from lipbound.exact import INF
from lipbound.laws import Discrete, Gaussian, Mixture, Uniform

P = Mixture(("1/2", "1/2"), (Uniform(5, 7), Uniform(6, 8)))
Q = Mixture(("1/4", "3/4"), (Uniform(5, 8), Uniform("13/2", "17/2")))
STEPS = (5, 6, 6.5, 7, 8)


def heights(x: float) -> tuple[float, float]:
    """Densities of both laws."""
    p = ((5 <= x < 7) + (6 <= x < 8)) / 4
    return p, (5 <= x < 8) / 12 + 3 * (6.5 <= x < 8.5) / 8


def summed(f: Callable[[float, float], float]) -> float:
    """The integral of f(p, q), which is constant from step to step, where p is positive."""
    return sum((b - a) * f(*heights((a + b) / 2)) for a, b in pairwise(STEPS))


BEYOND = 3 / 16  # mass of Q above 8, where P has none
SUMS: list[tuple[Divergence, float]] = [
    (kl, summed(lambda p, q: p * np.log(p / q))),
    (chi2, summed(lambda p, q: (p - q) ** 2 / q) + BEYOND),
    (renyi(3), np.log(summed(lambda p, q: p**3 / q**2)) / 2),
    (hellinger2, 1 - summed(lambda p, q: np.sqrt(p * q))),
    (tv, (summed(lambda p, q: abs(p - q)) + BEYOND) / 2),
    (js, (summed(lambda p, q: p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q))) + BEYOND * np.log(2)) / 2),
]


@pytest.mark.parametrize(("D", "value"), SUMS, ids=lambda x: x.name if isinstance(x, Divergence) else "")
def test_sums_over_steps(D, value):
    for found in (D(P, Q), D.enclose(P, Q)):
        assert found.lo - 1e-15 <= value <= found.hi + 1e-15
        assert found.error < 1e-9
    assert D.enclose(P, P).hi < 1e-12


@pytest.mark.parametrize("D", [kl, chi2, renyi(2)], ids=lambda D: D.name)
def test_a_law_that_goes_beyond_is_infinitely_far(D):
    assert D(Q, P).lo == INF
    assert D.enclose(Q, P).lo == INF


@pytest.mark.parametrize(("low", "high"), [("1/4", "9/4"), (-3, -1), (8, "33/4")])
def test_areas_beside_a_narrow_gaussian(low, high):
    """Its own end is where the uniform law begins to count in W1: a point next to that is not told from it."""
    p, q = Gaussian(5, "1/1000"), Uniform(low, high)
    for found in (w1(p, q), w1.enclose(p, q), w1.enclose(q, p)):
        assert abs(float(found) - abs(5 - float(q.mean()))) < 1e-12
        assert found.error < 1e-9


def test_beside_a_gaussian():
    """Where uniform laws begin and end inside the other's support, beside tails that have no end."""
    p = Mixture(("1/3", "1/3", "1/3"), (Gaussian(), Uniform(-1, 2), Uniform(0, 3)))
    q = Mixture(("1/2", "1/2"), (Gaussian(1, 2), Uniform("-1/2", "5/2")))

    def f(x: float) -> float:
        return (norm.pdf(x) + ((-1 <= x < 2) + (0 <= x < 3)) / 3) / 3

    def g(x: float) -> float:
        return (norm.pdf(x, 1, 2) + (-0.5 <= x < 2.5) / 3) / 2

    places = (-12, -3, -1, -0.5, 0, 2, 2.5, 3, 6, 12)
    value = sum(quad(lambda x: f(x) * np.log(f(x) / g(x)), a, b, epsabs=1e-14)[0] for a, b in pairwise(places))
    for found in (kl(p, q), kl.enclose(p, q, 1e-12)):
        assert abs(float(found) - value) < 1e-12 + found.error
        assert found.error < 1e-11


X, W = leggauss(24)


def drawn(rng: np.random.Generator) -> Mixture:
    """A mixture of up to three Gaussians, uniform laws and atoms."""
    n = int(rng.integers(1, 4))
    weights, kinds = rng.integers(1, 6, n), rng.integers(0, 4, n)
    centres = [Fraction(int(k), 4) for k in rng.integers(-12, 13, n)]
    sizes = [Fraction(int(k), 4) for k in rng.choice([1, 2, 4, 8], n)]
    laws = [
        Gaussian(c, s) if k == 0 else Discrete([c], [1]) if k == 1 else Uniform(c, c + s)
        for k, c, s in zip(kinds, centres, sizes, strict=True)
    ]
    return Mixture([Fraction(int(w), int(weights.sum())) for w in weights], laws)


def integrals(p: Mixture, q: Mixture) -> dict[Divergence, float]:
    """Those of the two laws, by Gauss and Legendre on a thousand panels that end where pieces do."""
    ends = {float(x) for law in (p, q) for x in (*law.cuts, *(a.place for a in law.atoms()))}
    edges = np.array(sorted(ends | set(np.linspace(-24, 24, 1601))))
    half = np.diff(edges)[:, None] / 2
    x, w = (edges[:-1, None] + half + half * X).ravel(), (half * W).ravel()
    f, g = (np.asarray(law.pdf(x)) for law in (p, q))
    heaps = [{a.place: a.mass for a in law.atoms()} for law in (p, q)]
    at = [[h.get(k, 0.0) for k in heaps[0].keys() | heaps[1].keys()] for h in heaps]
    a, b, w_ = np.append(f, at[0]), np.append(g, at[1]), np.append(w, np.ones(len(at[0])))
    logs = [xlogy(t, 2 * t) - xlogy(t, a + b) for t in (a, b)]
    values = {tv: abs(a - b) / 2, js: (logs[0] + logs[1]) / 2, hellinger2: (np.sqrt(a) - np.sqrt(b)) ** 2 / 2}
    if not np.any((b == 0) & (a > 0)):
        values |= {kl: rel_entr(a, b), chi2: np.divide((a - b) ** 2, b, where=b > 0, out=np.zeros_like(b))}
    apart = float(w @ abs(np.asarray(p.cdf(x)) - np.asarray(q.cdf(x))))
    return {D: float(w_ @ v) for D, v in values.items()} | {w1: apart}


@pytest.mark.parametrize("seed", range(20))
def test_random_mixtures_against_quadrature(seed):
    rng = np.random.default_rng(seed)
    p, q = drawn(rng), drawn(rng)
    for D, value in integrals(p, q).items():
        for found in (D(p, q), D.enclose(p, q)):
            assert found.error < 1e-6 * (1 + found.hi)
            assert abs(float(found) - value) < 1e-6 * (1 + value), (D, str(p), str(q))
