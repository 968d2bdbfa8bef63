"""Frontiers of targets whose atoms lie where no float does: at fractions, and at roots that balls alone know."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import norm

from lipbound import pushforward
from lipbound.divergences import kl, tv, w1, w2
from lipbound.frontiers import frontier
from lipbound.frontiers.parts import cut, segment
from lipbound.laws import AbstractLaw, Discrete, Gaussian, Mixture, Pushforward, Uniform
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


def atom(x: object) -> Discrete:
    return Discrete((x,), (1,))


def scattered(seed: int) -> tuple[Mixture, Fraction]:
    """Two to five atoms at fractions, some with a Gaussian or a uniform law, and a constant."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    rows = zip(rng.integers(-20, 21, n).tolist(), rng.integers(1, 8, n).tolist(), strict=True)
    places = sorted({Fraction(a, b) for a, b in rows})
    weights = [int(k) for k in rng.integers(1, 6, len(places) + 1)]
    smooth: list[list[AbstractLaw]] = [
        [],
        [Gaussian(int(rng.integers(-3, 4)), Fraction(int(rng.integers(2, 9)), 4))] if seed % 3 == 1 else [],
        [Uniform(-1, int(rng.integers(0, 4)))] if seed % 3 == 2 else [],
    ]
    laws = [*map(atom, places), *smooth[seed % 3]]
    parts = weights[: len(laws)]
    return Mixture([Fraction(k, sum(parts)) for k in parts], laws), Fraction(int(rng.integers(1, 13)), 4)


@pytest.mark.parametrize("seed", [6, 8, 12, 15, 22, 40, 48, 56, 58])
def test_several_atoms(seed):
    """Laws have parts of the first and the last atom, pass by some, and follow a density between others."""
    target, L = scattered(seed)
    mirrored = Pushforward(affine(-1, 0), target)
    points = [frontier(nu, L, tv) for nu in (target, mirrored)]
    for point, nu in zip(points, (target, mirrored), strict=True):
        assert point.gap < 2e-6
        assert point.law.admissible(L)
        assert tv.enclose(point.law, nu, 1e-7).overlaps(point.value)
    assert points[0].value.overlaps(points[1].value)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("first", ["-2", "-7/3"])
def test_a_part_of_an_atom_in_closed_form(first, side):
    """All of the heavier atom, an arc down to the lighter one, and what is left there."""
    target = Mixture(("1/4", "3/4"), (atom(first), atom("1/4")))
    target = target if side > 0 else Pushforward(affine(-1, 0), target)
    lacks = 0.25 - norm.cdf(norm.ppf(0.25) - (0.25 - float(Fraction(first))) / 2.5)
    point = frontier(target, "5/2", tv)
    assert point.value.lo <= lacks + 1e-12
    assert point.value.hi >= lacks - 1e-12
    assert point.gap < 1e-6


def test_atoms_at_joints_are_counted_once():
    """A third of the target is uniform; of its last atom the law has a part, where an arc ends."""
    target = Mixture(("1/3", "1/3", "1/3"), (atom("-7/3"), atom("10/3"), Uniform(-1, 1)))
    point = frontier(target, "5/2", tv)
    whole = tv.enclose(point.law, target, 1e-9)
    assert point.gap < 1e-6
    assert point.value.hi == pytest.approx(whole.hi, abs=1e-9)
    assert 0 < point.law.atoms()[-1].mass < 1 / 3
