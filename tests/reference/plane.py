"""Values of records on latents of two dimensions, each reduced to the line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product

from scipy.optimize import linprog

from oracle import Law, Real, Segment, mp, normal_mass, real, sign_changes


def norm_tv(q: Law) -> Real:
    """Between the law of |Z| in the plane, density r exp(-r^2 / 2), and q."""

    def between(a: Real, b: Real) -> Real:
        return mp.exp(-a * a / 2) - mp.exp(-b * b / 2)

    crossings = sign_changes(lambda r: r * mp.exp(-r * r / 2) - q.pdf(r), mp.mpf(0), mp.mpf(20), real("1/40"))
    ends = pairwise([mp.mpf(0), *crossings, mp.inf])
    return (q.between(-mp.inf, mp.mpf(0)) + mp.fsum(abs(between(a, b) - q.between(a, b)) for a, b in ends)) / 2


def product_tv(p: Law, q: Law, s: Real) -> Real:
    """Between p x N(0, s^2) and q x N(0, 1), s > 1: their ratio at (x, y) grows with |y| and passes 1 at t(x)."""

    def excess(x: Real) -> Real:
        f, g = p.pdf(x), q.pdf(x)
        t2 = 2 * mp.log(g * s / f) / (1 - 1 / s**2)
        if t2 <= 0:
            return f - g
        t = mp.sqrt(t2)
        return 2 * (f * normal_mass(t / s, mp.inf) - g * normal_mass(t, mp.inf))

    kinks = sign_changes(lambda x: p.pdf(x) - s * q.pdf(x), mp.mpf(-40), mp.mpf(40), real("1/20"))
    panels = sorted({*kinks, *(mp.mpf(x) for x in range(-40, 41, 2))})
    return mp.fsum(mp.quad(excess, [a, b]) for a, b in pairwise(panels))


def normal_kl(s: Real) -> Real:
    """KL(N(0, s^2) || N(0, 1))."""
    return (s * s - 1) / 2 - mp.log(s)


def centred(s: Real) -> Law:
    return Law((Segment(mp.mpf(1), mp.mpf(0), s, -mp.inf, mp.inf),))


def steepest(W: Sequence[Sequence[float]], b: Sequence[float], v: Sequence[float]) -> Real:
    """The largest gradient of sum v_j relu(W_j.z + b_j) over the patterns of units that an open set of z has."""
    return max(gradient(W, v, on) for on in product((0, 1), repeat=len(b)) if realised(W, b, on))


def gradient(W: Sequence[Sequence[float]], v: Sequence[float], on: Sequence[int]) -> Real:
    return mp.norm(
        [mp.fsum(k * x * real(row[i]) for k, x, row in zip(on, map(real, v), W, strict=True)) for i in (0, 1)]
    )


def realised(W: Sequence[Sequence[float]], b: Sequence[float], on: Sequence[int]) -> bool:
    """Is there a z and a margin r > 0 with (2 on_j - 1) (W_j.z + b_j) >= r for every j?"""
    signs = [2 * k - 1 for k in on]
    rows = [[-k * x for x in row] + [1] for k, row in zip(signs, W, strict=True)]
    bounds = [(None, None), (None, None), (None, 1)]
    return linprog([0, 0, -1], rows, [k * x for k, x in zip(signs, b, strict=True)], bounds=bounds).x[2] > 1e-9
