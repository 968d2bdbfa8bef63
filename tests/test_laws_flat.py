"""Uniform laws in float64: the panels of Phi moved to where they lie, next to both ends and on either slope."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipbound.laws import Gaussian, Uniform, flat, pushforward
from lipbound.maps import PiecewiseAffine, affine, clamp, formula


def places(low, size):
    """Points of the law, as fractions of it too, crowded at its ends."""
    shares = [Fraction(1, 2**k) for k in (1, 2, 3, 9, 30)]
    values = {float(low + size * t) for s in shares for t in (s, 1 - s)}
    return sorted((y, (Fraction(y) - low) / size) for y in values if low < Fraction(y) < low + size)


def misses(law, low, size):
    """The greatest errors of the cdf and the survival function, relative, and of the density."""
    y, p = zip(*places(low, size), strict=True)
    ours = zip(law.cdf(y), law.sf(y), law.pdf(y), strict=True)
    rows = [
        (abs(c / float(q) - 1), abs(s / float(1 - q) - 1), abs(d * float(size) - 1))
        for (c, s, d), q in zip(ours, p, strict=True)
    ]
    return np.max(rows, axis=0)


rationals = st.fractions(-5, 5, max_denominator=64)


@given(rationals, st.fractions(Fraction(1, 64), 9, max_denominator=64), st.sampled_from([1, -1, "1/3", -7]))
def test_masses_and_density(low, size, slope):
    law = pushforward(affine(slope, 1), Uniform(low, low + size))
    a, b = sorted(Fraction(slope) * x + 1 for x in (low, low + size))
    assert max(misses(law, a, b - a)) < 2e-14


def test_next_to_an_end_at_zero():
    """Distances from zero are told down to the least floats, whichever end lies there."""
    for law, sign in ((Uniform(0, 3), 1), (Uniform(-3, 0), -1)):
        tails = (law.cdf, law.logcdf) if sign > 0 else (law.sf, law.logsf)
        for y in (1e-300, 1e-100, 1e-17):
            assert tails[0](sign * y) == pytest.approx(y / 3, rel=1e-7)  # Z to 2^-36, beyond 8.5 standard deviations
            assert tails[1](sign * y) == pytest.approx(np.log(y / 3), rel=1e-9)


def test_a_wrong_place_is_noticed(monkeypatch):
    monkeypatch.setattr(flat, "log", lambda x: np.log(float(x)) + 1e-12)
    assert max(misses(Uniform(-1, 3), Fraction(-1), Fraction(4))) > 1e-13


def test_far_from_zero_there_are_as_many_panels_as_floats_can_tell():
    law = Uniform(10**15, 10**15 + 2)
    steps = np.arange(17) / 8
    assert law.cdf(1e15 + steps) == pytest.approx(steps / 2, abs=1e-15)


def test_uniform_strands_are_known():
    for law, found in (
        (Uniform(-1, 3), (4, -1)),
        (pushforward(PiecewiseAffine((0,), (1,), 3, 3), Uniform(0, 2)), (6, 1)),
        (pushforward(affine(-2, 1), Uniform(0, 1)), (-2, 1)),
    ):
        (line,) = map(flat.flat, law.pieces())
        assert (line.slope, line.shift) == found
    assert flat.flat(*pushforward(formula("2*z + Phi(z)")).pieces()) is None
    assert flat.flat(*pushforward(formula("Phi(z)"), Gaussian(0, 2)).pieces()) is None


def test_a_part_of_a_uniform_law():
    """Where a uniform law is cut, it is not Phi's whole line that is moved."""
    law = pushforward(clamp("1/4", "3/4"), Uniform(0, 1))
    assert law.cdf([0.25, 0.5, 0.7]) == pytest.approx([0.25, 0.5, 0.7], abs=1e-15)
    assert law.sf([0.25, 0.5, 0.75]) == pytest.approx([0.75, 0.5, 0.0], abs=1e-15)
