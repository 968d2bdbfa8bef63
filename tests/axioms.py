"""The axioms of divergences and the inequalities between them, each a statement that a pair of laws may contradict."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from judged import honest, possible
from lipbound.divergences import Divergence, chi2, hellinger2, js, kl, kolmogorov, kuiper, mmd, renyi, tv, w1, w2, w_inf
from lipbound.enclosure import Enclosure
from lipbound.laws import AbstractLaw, Discrete, Gaussian, Mixture, pushforward
from lipbound.maps import PiecewiseAffine, affine

Pair = tuple[AbstractLaw, AbstractLaw]
RATHER = 1e-6  # the width of the certificates
SLACK = 1 + 1e-13  # of the floats in which two certificates are put together


def proved(d: Divergence, p: AbstractLaw, q: AbstractLaw) -> Enclosure:
    return d.enclose(p, q, tol=RATHER)


def nonnegative(d: Divergence, p: AbstractLaw, q: AbstractLaw) -> bool:
    """Neither the float, within its error, nor the certificate is below zero."""
    return d(p, q).hi >= 0 and proved(d, p, q).lo >= 0


def zero_on_equal(d: Divergence, p: AbstractLaw) -> bool:
    """Of a law and itself, however it is written."""
    again = pushforward(affine(-1, 2), pushforward(affine(-1, 2), p))
    for q in (p, again, Mixture(("1/3", "2/3"), (p, p))):
        found = proved(d, p, q)
        if not (0 in found and found.hi <= 2 * RATHER and honest(d(p, q), Enclosure(0.0, 0.0, True))):
            return False
    return True


def symmetric(d: Divergence, p: AbstractLaw, q: AbstractLaw) -> bool:
    return proved(d, p, q).overlaps(proved(d, q, p))


def triangle(d: Divergence, p: AbstractLaw, q: AbstractLaw, r: AbstractLaw, share: float = 1.0) -> bool:
    """The third side is at most `share` of the other two; of the roots where only these are a metric."""
    root = math.sqrt if d.root_triangle and not d.triangle else float
    sides = [proved(d, *pair) for pair in ((p, q), (q, r), (p, r))]
    return root(sides[2].lo) <= share * (root(sides[0].hi) + root(sides[1].hi)) * SLACK


def processed(d: Divergence, p: Pair, image: Pair, factor: float = 1.0) -> bool:
    """The images are at most `factor` times as far apart."""
    return proved(d, *image).lo <= factor * proved(d, *p).hi * SLACK


def images(g: PiecewiseAffine, pair: Pair) -> Pair:
    return pushforward(g, pair[0]), pushforward(g, pair[1])


def may_grow(d: Divergence, g: PiecewiseAffine) -> float | None:
    """By which factor a map may multiply d; None if nothing is known."""
    slopes = {branch.slope for branch in g.branches()}
    monotone = min(slopes) >= 0 or max(slopes) <= 0
    if d in (w1, w2, w_inf):
        return float(g.lipschitz())
    if d in (kolmogorov, kuiper):
        return 1.0 if monotone else None
    return 1.0 if not isinstance(d, type(mmd(1))) and d.name != "Fisher" else None


class Inequality(NamedTuple):
    """left(lower ends) <= right(upper ends) of the divergences `of`, and a pair on which both are nearly equal."""

    of: tuple[Divergence, ...]
    left: Callable[..., float]
    right: Callable[..., float]
    equality: Pair
    gap: float = 1e-5  # how nearly

    def holds(self, p: AbstractLaw, q: AbstractLaw, share: float = 1.0) -> bool:
        """Does it, with the right side multiplied by `share`?"""
        found = [proved(d, p, q) for d in self.of]
        return self.left(*(e.lo for e in found)) <= share * self.right(*(e.hi for e in found)) * SLACK + 1e-15


def spread(t: float) -> float:
    """((1 + t) log(1 + t) + (1 - t) log(1 - t)) / 2."""
    return (math.log1p(t) * (1 + t) + (math.log1p(-t) * (1 - t) if t < 1 else 0)) / 2


def coin(p: str, q: str) -> AbstractLaw:
    return Discrete((0, 1), (p, q))


APART = Gaussian(-30), Gaussian(30)
COINS = coin("3/4", "1/4"), coin("1/4", "3/4")
HALF = Discrete((0,), (1,)), coin("1/2", "1/2")
NEARLY = coin("51/100", "49/100"), coin("1/2", "1/2")
SHIFTED = Gaussian(0), Gaussian(1)

INEQUALITIES = {
    "Pinsker": Inequality((tv, kl), lambda t, k: t, lambda t, k: math.sqrt(k / 2), NEARLY, 0.02),
    "Bretagnolle-Huber": Inequality(
        (tv, kl), lambda t, k: t, lambda t, k: math.sqrt(-math.expm1(-k)), (HALF[0], coin("1e-5", "0.99999"))
    ),
    "Hellinger below TV": Inequality((hellinger2, tv), lambda h, t: h, lambda h, t: t, APART),
    "TV below Hellinger": Inequality(
        (tv, hellinger2), lambda t, h: t, lambda t, h: math.sqrt(max(0.0, 1 - (1 - min(1.0, h)) ** 2)), COINS
    ),
    "JS below TV": Inequality((js, tv), lambda j, t: j, lambda j, t: math.log(2) * t, APART),
    "TV below JS": Inequality((tv, js), lambda t, j: spread(t), lambda t, j: j, COINS),
    "KL below chi2": Inequality((kl, chi2), lambda k, x: k, lambda k, x: math.log1p(x), HALF),
    "Renyi 1/2 and Hellinger": Inequality(
        (renyi("1/2"), hellinger2), lambda r, h: r, lambda r, h: -2 * math.log1p(-h) if h < 1 else math.inf, SHIFTED
    ),
    "Kolmogorov below Kuiper": Inequality((kolmogorov, kuiper), lambda k, v: k, lambda k, v: v, SHIFTED),
    "Kuiper below TV": Inequality((kuiper, tv), lambda v, t: v, lambda v, t: t, SHIFTED),
    "W1 below W2": Inequality((w1, w2), lambda x, y: x, lambda x, y: y, SHIFTED),
    "W2 below Winf": Inequality((w2, w_inf), lambda x, y: x, lambda x, y: y, SHIFTED),
    "MMD below TV": Inequality((mmd(1), tv), lambda m, t: m, lambda m, t: math.sqrt(2) * t,
                               (Discrete((0,), (1,)), Discrete((99,), (1,)))),
}  # fmt: skip


def rising(values: list[Enclosure]) -> bool:
    """May the numbers be in increasing order?"""
    return all(possible(a, b) for a, b in pairwise(values))
