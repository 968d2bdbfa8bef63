"""Mixtures of the same laws in other shares: densities in a fixed ratio, which cross nowhere."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from lipbound import formula, pushforward
from lipbound.divergences import tv, w1
from lipbound.laws import AbstractLaw, Gaussian, Mixture


def image(text: str) -> AbstractLaw:
    return pushforward(formula(text))


def shares(one: AbstractLaw, other: AbstractLaw, first: str, second: str) -> tuple[Mixture, Mixture]:
    p, q = (Mixture((w, 1 - Fraction(w)), (one, other)) for w in (first, second))
    return p, q


def test_of_two_half_lines():
    """W1 is 1/6 of the way from exp(Z) to -exp(Z), 2 exp(1/2)."""
    p, q = shares(image("exp(z)"), image("-exp(z)"), "1/3", "1/2")
    assert 1 / 6 in tv.enclose(p, q, 1e-12)
    assert 1 / 6 + 1e-9 not in tv.enclose(p, q, 1e-12)
    assert float(w1.enclose(p, q, 1e-10)) == pytest.approx(math.exp(0.5) / 3, abs=1e-9)


@pytest.mark.parametrize("text", ["z**3 - z", "z**2", "log(1 + z**2)"])
def test_of_folded_laws(text: str):
    """F - G is 1/15 of that of the two laws; where folds lie between other strands its sign was not seen."""
    one, other = image(text), Gaussian(40, 1)
    p, q = shares(one, other, "1/3", "2/5")
    moved, whole = w1.enclose(p, q, 1e-8), w1.enclose(one, other, 1e-8)
    assert moved.error < 1e-8
    assert abs(float(moved) - float(whole) / 15) < 1e-8
    part, all_of_it = tv.enclose(p, q, 1e-10), tv.enclose(one, other, 1e-10)
    assert abs(float(part) - float(all_of_it) / 15) < 1e-10
