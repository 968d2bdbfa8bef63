"""Frontiers of targets whose atoms lie where no float does: at fractions, and at roots that balls alone know."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from lipbound import pushforward
from lipbound.divergences import kl, tv, w1, w2
from lipbound.frontiers import frontier
from lipbound.frontiers.parts import cut, segment
from lipbound.laws import AbstractLaw, Discrete, Gaussian, Mixture, Pushforward
from lipbound.maps import affine, clamp, formula

ROOT = pushforward(formula("exp(z)"), Discrete(("1/2",), (1,)))  # the unit mass at the root of e
PLACE = Fraction(np.exp(0.5))


def beside_a_bell(heap: AbstractLaw) -> Mixture:
    return Mixture(("1/2", "1/2"), (heap, Gaussian()))


@pytest.mark.parametrize("divergence", [tv, kl.reversed, w1], ids=repr)
def test_a_third_is_as_good_a_place_as_zero(divergence):
    """Frontiers do not change when everything is moved; at 1/3 cuts and arcs cannot end on floats."""
    target = beside_a_bell(Discrete((0,), (1,)))
    here, there = (frontier(nu, 1, divergence) for nu in (target, Pushforward(affine(1, "1/3"), target)))
    assert there.gap < 3e-6
    assert here.gap < 3e-6
    assert there.value.lo == pytest.approx(here.value.lo, abs=3e-6)


@pytest.mark.parametrize("divergence", [kl.reversed, w1, w2], ids=repr)
def test_an_atom_at_a_root(divergence):
    root, near = (frontier(beside_a_bell(heap), 1, divergence) for heap in (ROOT, Discrete((PLACE,), (1,))))
    assert root.gap < 3e-6
    assert root.value.lo == pytest.approx(near.value.lo, abs=3e-6)


@pytest.mark.parametrize("divergence", [tv, kl], ids=repr)
def test_the_law_has_the_atom_itself(divergence):
    """Atoms at tanh(-1) and tanh(1): a law with atoms only near there lacks all their mass."""
    target = pushforward(formula("tanh(z)"), pushforward(clamp(-1, 1)))
    point = frontier(target, "1/2", divergence)
    assert point.gap < 1e-6
    assert {a.place for a in target.atoms()} & {a.place for a in point.law.atoms()}  # one of them may be dropped
    assert point.law.admissible(point.L)
    moved = Pushforward(affine(1, "1/1000000000"), target)
    assert tv.enclose(point.law, moved).lo > tv.enclose(point.law, target).hi + 0.1


def test_arcs_that_end_at_roots():
    """A segment of a Gaussian is smooth next to such an end, and affine beyond: in all it is the same law."""
    place, bell = ROOT.atoms()[0].place, Gaussian(1, 2)
    parts = [*segment(*bell.pieces(), place, float("inf"))]
    assert [type(p).__name__ for p in parts] == ["Bent", "Strand"]
    assert (parts[0].low, parts[-1].image[1]) == (place, float("inf"))
    assert parts[0].high == parts[1].image[0]
    assert [*cut(bell.pieces(), place, float("inf"))] == parts
