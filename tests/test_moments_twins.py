"""Means of parts of smooth strands: what is not known of their ends is not taken for an end at infinity."""

from __future__ import annotations

import pytest
from flint import arb

from lipbound import balls
from lipbound.laws import AbstractLaw, Uniform, pushforward
from lipbound.maps import formula
from lipbound.reals import precision


def strand(law: AbstractLaw) -> balls.bent.Fibre:
    """The only smooth strand of a law."""
    (f,) = (f for cell in law.balls.cells for f in cell.bents)
    return f


@pytest.mark.parametrize("law", [Uniform(0, 2), pushforward(formula("tanh(z)"))], ids=("uniform", "tanh"))
def test_an_end_that_is_not_known_makes_no_number(law):
    f = strand(law)
    whole = balls.moments.power_mean(f, f.left, f.right, 1, arb(1e-9))
    assert abs(float(whole.mid()) - float(law.mean())) < 1e-8
    for z in (arb.nan(), arb.neg_inf().union(arb(-9))):
        assert not balls.moments.power_mean(f, z, arb(1), 1, arb(1e-9)).is_finite()
        assert not balls.moments.power_mean(f, arb(-1), -z, 1, arb(1e-9)).is_finite()


def test_points_next_to_an_end_of_a_uniform_law():
    """In closed form, from the nearer end; a ball around the end itself has no Z."""
    f = strand(Uniform(0, 2))
    with precision(400):
        near = arb(2) ** -300
        low, high = (balls.bent.inverse(f, y) for y in (near, 2 - near))
        assert low.overlaps(balls.normal.quantile(near / 2))
        assert high.overlaps(-low)
        assert (low + high).rad() < 1e-20
    assert balls.bent.inverse(f, arb(0)) == arb.neg_inf()
    assert balls.bent.inverse(f, arb(2)) == arb.pos_inf()
    assert balls.bent.inverse(f, arb(1)).contains(0)
    assert not balls.bent.inverse(f, arb(0, 1e-30)).is_finite()
