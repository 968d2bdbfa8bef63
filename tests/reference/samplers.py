"""Records on the sampler x += h (x + 2 score) + sqrt(2h) z of two equal unit modes at -m and m."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from oracle import Law, Real, mp, phi, real, sign_changes, tail

SPAN, STEP = 16, real("1/64")  # the grid of the trapezoid rule, whose error falls like exp(-2 (pi h / STEP)^2)


class Sampler(NamedTuple):
    """N steps of size h = T / N from N(0, 1), down from noise level T."""

    m: Real
    T: Real
    N: int

    @property
    def h(self) -> Real:
        return self.T / self.N

    def moved(self, k: int, x: Real) -> Real:
        """x + h b_k(x): the modes of the noised law stand at m exp(-t), and keep unit variance."""
        mt = self.m * mp.exp(-(self.T - k * self.h))
        return x + self.h * (x + 2 * (mt * mp.tanh(mt * x) - x))

    def lipschitz(self) -> Real:
        """Of the map from all noises to x_N: its gradient is longest at 0, where step k stretches by 1 + h b_k'(0)."""
        square = mp.mpf(1)
        for k in range(self.N):
            mt = self.m * mp.exp(-(self.T - k * self.h))
            square = square * (1 + self.h * (2 * mt**2 - 1)) ** 2 + 2 * self.h
        return mp.sqrt(square)

    def tv(self, q: Law) -> Real:
        """By the trapezoid rule on a uniform grid for every law but the last, whose cdf is a sum of normal ones."""
        grid = [STEP * k for k in range(-SPAN * 64, SPAN * 64 + 1)]
        noise, weights = mp.sqrt(2 * self.h), [STEP * phi(x) for x in grid]
        for k in range(self.N - 1):
            centres = [self.moved(k, x) for x in grid]
            near = [(w, c) for w, c in zip(weights, centres, strict=True) if w > mp.mpf("1e-40")]
            weights = [STEP / noise * mp.fsum(w * phi((y - c) / noise) for w, c in near) for y in grid]
        last = [(w, self.moved(self.N - 1, x)) for w, x in zip(weights, grid, strict=True) if w > mp.mpf("1e-40")]

        def excess(y: Real) -> Real:
            return mp.fsum(w * phi((y - c) / noise) for w, c in last) / noise - q.pdf(y)

        def gap(y: Real) -> Real:
            return mp.fsum(w * tail((y - c) / noise) for w, c in last) - q.cdf(y)

        roots = sign_changes(excess, mp.mpf(0), mp.mpf(9), real("1/4"))  # all laws are symmetric
        gaps = [mp.mpf(0), *(gap(y) for y in roots), mp.mpf(0)]
        return mp.fsum(abs(b - a) for a, b in pairwise(gaps))


def diffusion_limit(m: Real) -> Real:
    """Of the Lipschitz constant as T grows and h falls: sqrt((exp(y) - 1) / y), y = 2 m^2."""
    return mp.sqrt(mp.expm1(2 * m**2) / (2 * m**2))
