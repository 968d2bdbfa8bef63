"""Strands and cells: the normal form is exact and loses no mass."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from statistics import NormalDist

import pytest
from hypothesis import given

from instances import LAWS
from lipbound import strategies as lips
from lipbound.exact import INF, Exact, exact
from lipbound.laws import AbstractLaw
from lipbound.pieces import Pieces, Strand, atoms, cells, cuts


def strand(start: object, stop: object, slope: object, shift: object, weight: object = 1) -> Strand:
    ends = (x if isinstance(x, float) else exact(x) for x in (start, stop))
    return Strand(*ends, *map(exact, (slope, shift, "1/2", 3, weight)))


RISING, FALLING = strand(-1, 2, 2, 1), strand(-INF, 2, -2, 1)


def test_a_rising_strand():
    assert RISING.image == (-1, 5)
    assert (RISING.centre, RISING.scale) == (2, 6)
    assert RISING.window == (Fraction(-1, 2), Fraction(1, 2))
    assert [RISING.position(y) for y in RISING.image] == list(RISING.window)


def test_a_falling_strand():
    assert FALLING.image == (-3, INF)
    assert (FALLING.centre, FALLING.scale) == (0, 6)
    assert FALLING.window == (Fraction(-1, 2), INF)
    assert FALLING.at(-INF) == INF
    assert FALLING.position(-3) == Fraction(-1, 2)


def test_atoms_are_gathered_by_place():
    left, right, other = strand(-INF, 0, 0, 1), strand(0, 1, 0, 1), strand(1, INF, 0, "1/3")
    assert atoms((left, other, RISING, right)) == [(Fraction(1, 3), (other,)), (Fraction(1), (left, right))]


def test_cuts_are_the_finite_ends_and_atoms():
    assert cuts((RISING, FALLING, strand(0, 1, 0, 7))) == [-3, -1, 5, 7]


def test_segments_of_one_gaussian_count_once():
    """The two sides of a fold at its centre are the same density: one entry of their joint weight."""
    sides = (strand(-INF, "1/2", -1, "1/2", "1/3"), strand("1/2", INF, 1, "-1/2", "2/3"))
    (_, _, below), (_, _, above) = cells(sides, cuts(sides))
    assert below == ()
    assert [s.weight for s in above] == [1]
    moved = (sides[0], sides[1]._replace(shift=Fraction(-1, 2) + Fraction(1, 10**30)))
    assert max(len(s) for _, _, s in cells(moved, cuts(moved))) == 2


def mass(law: Pieces) -> float:
    """The sum of all weights, by the standard library."""
    phi = NormalDist().cdf

    def cdf(x: Exact, s: Strand) -> float:
        return phi(float((x - s.mean) / s.sd)) if isinstance(x, Fraction) else float(x > 0)

    return sum(float(s.weight) * (cdf(s.stop, s) - cdf(s.start, s)) for s in law)


def proper(law: Pieces) -> bool:
    """Are all entries exact, all intervals intervals, and is all the mass there?"""
    ends = [x for s in law for x in (s.start, s.stop)]
    exact_ = all(isinstance(x, Fraction) or abs(x) == INF for x in ends)
    exact_ &= all(type(x) is Fraction for s in law for x in s[2:])
    ordered = all(s.start < s.stop and s.sd > 0 and s.weight > 0 for s in law)
    return exact_ and ordered and abs(mass(law) - 1) < 1e-12


@pytest.mark.parametrize("name", LAWS)
def test_the_instances_are_proper(name: str):
    assert proper(LAWS[name].pieces())


@given(lips.laws())
def test_random_laws_are_proper(law: AbstractLaw):
    assert proper(law.pieces())


@pytest.mark.parametrize("name", LAWS)
def test_power_a_lost_strand_is_caught(name: str):
    pieces = LAWS[name].pieces()
    heavy = max(range(len(pieces)), key=lambda k: mass(pieces[k : k + 1]))
    assert not proper(pieces[:heavy] + pieces[heavy + 1 :])
    assert not proper((pieces[0]._replace(weight=pieces[0].weight * Fraction(99, 100)), *pieces[1:])) or (
        mass(pieces[:1]) < 1e-9
    )


@given(lips.laws())
def test_cells_cover_the_line_and_know_their_strands(law: AbstractLaw):
    pieces = law.pieces()
    table = cells(pieces, cuts(pieces))
    assert (table[0][0], table[-1][1]) == (-INF, INF)
    assert all(left[1] == right[0] for left, right in pairwise(table))
    for a, b, active in table:
        inside = [s for s in pieces if s.slope and s.image[0] <= a and b <= s.image[1]]
        assert sum(s.weight for s in active) == sum(s.weight for s in inside)
        assert {(s.centre, s.scale) for s in active} == {(s.centre, s.scale) for s in inside}
        assert len({(s.centre, s.scale) for s in active}) == len(active)
