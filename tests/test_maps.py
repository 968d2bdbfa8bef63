"""Piecewise-affine maps: the table, the algebra, the constructors and float evaluation."""

from __future__ import annotations

import dataclasses
import math
import pickle
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lipbound.errors import DomainError
from lipbound.maps import (
    AbstractMap,
    Branch,
    PiecewiseAffine,
    affine,
    clamp,
    fold,
    from_slopes,
    sawtooth,
)

INF = math.inf
# few denominators, so that knots, values and images coincide often
small = st.fractions(-6, 6, max_denominator=4)


@st.composite
def maps(draw, numbers=small, size=5):
    knots = sorted(draw(st.sets(numbers, min_size=1, max_size=size)))
    values = draw(st.lists(numbers, min_size=len(knots), max_size=len(knots)))
    return PiecewiseAffine(knots, values, draw(small), draw(small))


def value(g: PiecewiseAffine, z: Fraction) -> Fraction:
    """The definition of the class, read off the table without `branches`."""
    if z <= g.knots[0]:
        return g.values[0] + g.left * (z - g.knots[0])
    for (x0, y0), (x1, y1) in pairwise(zip(g.knots, g.values, strict=True)):
        if z <= x1:
            return y0 + (y1 - y0) * (z - x0) / (x1 - x0)
    return g.values[-1] + g.right * (z - g.knots[-1])


def places(*gs: AbstractMap) -> list[Fraction]:
    """Every knot, the middle of every two neighbours, and a point beyond either end."""
    knots = sorted({b.start for g in gs for b in g.branches()[1:]} | {Fraction(0)})
    return [knots[0] - 3, *knots, *((a + b) / 2 for a, b in pairwise(knots)), knots[-1] + Fraction(7, 3)]


def defects(rows: tuple[Branch, ...]) -> list[str]:
    """What keeps `rows` from being the branches of a continuous map, each line told once."""
    found = [] if rows[0].start == -INF and rows[-1].stop == INF else ["the line is not covered"]
    for a, b in pairwise(rows):
        if not (isinstance(a.stop, Fraction) and a.start < a.stop == b.start):
            found.append("ends do not meet")
        elif a.at(a.stop) != b.at(b.start):
            found.append("jump")
        if a[2:] == b[2:]:
            found.append("neighbours on one line")
    return found


@given(maps(), small)
def test_the_table_is_the_map(g, z):
    for x in [z, *g.knots, *places(g)]:
        assert g.at(x) == value(g, x)


@given(maps(), maps(), small)
def test_branches_tile_the_line(g, h, c):
    for f in (g, g @ h, g + h, c * g, h - g):
        assert defects(f.branches()) == []


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        (lambda a, b: (a._replace(start=Fraction(-9)), b), "the line is not covered"),
        (lambda a, b: (a, b._replace(stop=Fraction(9))), "the line is not covered"),
        (lambda a, b: (a, b._replace(start=Fraction(1, 100))), "ends do not meet"),
        (lambda a, b: (a, b._replace(shift=Fraction(1, 10**30))), "jump"),
        (lambda a, b: (a, Branch(b.start, b.stop, *a[2:])), "neighbours on one line"),
    ],
)
def test_power_each_defect_of_branches_is_seen(broken, what):
    assert defects(fold().branches()) == []
    assert defects(broken(*fold().branches())) == [what]


@given(maps(), small, small)
def test_lipschitz_is_the_largest_quotient(g, x, y):
    assert abs(g.at(x) - g.at(y)) <= g.lipschitz() * abs(x - y)
    quotients = [abs(g.at(a) - g.at(b)) / (b - a) for a, b in pairwise(sorted({*g.knots, *places(g)}))]
    assert max(quotients) == g.lipschitz()


def mismatches(f: AbstractMap, formula, *parts: AbstractMap) -> int:
    """At how many telling points f differs from `formula`."""
    return sum(f.at(z) != formula(z) for z in places(f, *parts))


@given(maps(), maps())
def test_composition(g, h):
    assert mismatches(g @ h, lambda z: g.at(h.at(z)), g, h) == 0


@given(maps(), maps(), maps())
def test_composition_is_associative(f, g, h):
    assert ((f @ g) @ h).branches() == (f @ (g @ h)).branches()
    assert ((f + g) @ h).branches() == (f @ h + g @ h).branches()


@given(maps(), maps(), small)
def test_sums_and_multiples(g, h, c):
    assert mismatches(g + h, lambda z: g.at(z) + h.at(z), g, h) == 0
    assert mismatches(g - h, lambda z: g.at(z) - h.at(z), g, h) == 0
    for f in (c * g, g * c):
        assert mismatches(f, lambda z: c * g.at(z), g) == 0
    for f in (g + c, c + g):
        assert mismatches(f, lambda z: g.at(z) + c, g) == 0
    assert mismatches(g - c, lambda z: g.at(z) - c, g) == 0
    assert mismatches(c - g, lambda z: c - g.at(z), g) == 0
    assert mismatches(-g, lambda z: -g.at(z), g) == 0


def test_power_wrong_algebra_is_seen():
    g, h = clamp(-1, 1, slope=2), fold(at=1)
    assert mismatches(h @ g, lambda z: g.at(h.at(z)), g, h) > 0
    assert mismatches(g + h, lambda z: g.at(z) - h.at(z), g, h) > 0
    assert mismatches(g + Fraction(1, 10**30), g.at, g) > 0


def test_composition_with_flat_and_decreasing_pieces():
    g = clamp(-1, 1) @ clamp(-5, 5, slope=-2)
    assert [(b.start, b.stop, b.slope, b.shift) for b in g.branches()] == [
        (-INF, Fraction(-1, 2), 0, 1),
        (Fraction(-1, 2), Fraction(1, 2), -2, 0),
        (Fraction(1, 2), INF, 0, -1),
    ]
    assert (fold() @ affine(0, -3)).branches() == (Branch(-INF, INF, Fraction(0), Fraction(3)),)
    assert len((sawtooth(3) @ sawtooth(2, height=3)).branches()) == 2 * 6 * 2 + 2


def test_a_map_leaves_other_types_to_them():
    class Other(AbstractMap):
        def branches(self):
            return fold().branches()

        def __radd__(self, left):
            return "mine"

    assert fold() + Other() == "mine"
    assert [fold().__matmul__(x) for x in (Other(), 2)] == [NotImplemented] * 2
    assert [fold().__mul__(Other()), fold().__sub__(Other())] == [NotImplemented] * 2
    with pytest.raises(TypeError):
        fold() @ 2


def test_numpy_numbers_leave_the_algebra_to_the_map():
    assert np.float64(2) * fold() == fold() * 2 == PiecewiseAffine((0,), (0,), -2, 2)
    assert np.float64(2) + fold() == fold() + 2
    assert (np.float64(2) - fold()).at(3) == -1


def test_everything_a_user_types_becomes_a_rational():
    g = PiecewiseAffine(["-0.1", 0, np.float32(0.5), Decimal("0.7")], (0.1, Fraction(1, 3), "1e3", np.int64(4)))
    assert g.knots == (Fraction(-1, 10), 0, Fraction(1, 2), Fraction(7, 10))
    assert g.values == (Fraction(0.1), Fraction(1, 3), 1000, 4)
    assert {type(x) for x in (*g.knots, *g.values, g.left, g.right)} == {Fraction}


def test_a_map_is_frozen_hashable_and_pickles():
    g = sawtooth(2)
    assert g.at("1/2") == 1
    assert hash(g) == hash(sawtooth(2))
    assert pickle.loads(pickle.dumps(g)) == g == dataclasses.replace(g)
    with pytest.raises(dataclasses.FrozenInstanceError):
        g.left = Fraction(1)


# float evaluation

wide = st.floats(-1e308, 1e308)  # 1.8e308 has no neighbour above
tame = st.floats(-1e6, 1e6).map(lambda x: x if abs(x) > 1e-6 else 0.0)


def badly_off(g: AbstractMap, z: float, y: float) -> bool:
    """Is y away from g(z) by more than 2^-49 |g(z)| and a few of the least floats?"""
    truth = g.at(z)
    if abs(truth) > 1.79e308:
        return not (abs(y) == INF or abs(Fraction(y) - truth) <= abs(truth) / 2**49)
    return math.isinf(y) or abs(Fraction(y) - truth) > abs(truth) / 2**49 + 4 * Fraction(5e-324)


@pytest.mark.parametrize("numbers", [small, tame, wide], ids=["small", "tame", "wide"])
@given(data=st.data())
def test_floats_are_accurate(numbers, data):
    g = data.draw(maps(numbers))
    free = data.draw(st.lists(tame | wide, max_size=5))
    near = [float(b.start) for b in g.branches()[1:]]
    roots = [-b.shift / b.slope for b in g.branches() if b.slope]
    near += [float(r) for r in roots if abs(r) < 1e300]
    z = np.array([*free, *near, *np.nextafter(near, INF), *np.nextafter(near, -INF)])
    assert not any(badly_off(g, x, y) for x, y in zip(z.tolist(), g(z).tolist(), strict=True))


@given(maps(tame))
def test_floats_are_exact_at_float_knots(g):
    kinks = [b.start for b in g.branches()[1:]]  # a knot without a kink is none
    assert g(np.array(kinks, float)).tolist() == [float(g.at(z)) for z in kinks]


def test_power_the_naive_formula_is_badly_off():
    g = PiecewiseAffine((10**9,), ("1/3",), "1/3", "1/3")
    z, (row,) = 10.0**9 + 1, g.branches()
    assert not badly_off(g, z, g(z))
    assert badly_off(g, z, float(row.slope) * z + float(row.shift))


@pytest.mark.parametrize(
    ("g", "z", "y"),
    [
        (affine("1e-400"), 1e300, 1e-100),
        (affine("1e400"), 1e-300, 1e100),
        (affine("1e400"), 1.0, INF),
        (affine("-1e400", 5), 1.0, -INF),
        (affine(1, "1e400"), 1.0, INF),
        (affine("1e-200", "1e200"), 1.0, 1e200),
        (affine(Fraction(3, 2**1075)), 2.0**1000, 3 * 2.0**-75),
        (PiecewiseAffine(("1e400",), (7,), 0, 1), 1e308, 7.0),
        (PiecewiseAffine((-1e308, 1e308), (-1, 1)), 1e308, 1.0),
    ],
)
def test_floats_beyond_the_range_of_floats(g, z, y):
    assert g(z) == pytest.approx(y, rel=2**-50, abs=0)


@given(maps())
def test_limits_at_infinity(g):
    first, last = g.branches()[0], g.branches()[-1]
    below, above = g(np.array([-INF, INF]))
    assert below == (float(first.shift) if not first.slope else -INF if first.slope > 0 else INF)
    assert above == (float(last.shift) if not last.slope else INF if last.slope > 0 else -INF)
    assert math.isnan(g(math.nan))


def test_scalars_and_shapes():
    g = fold()
    assert (type(g(-2)), g(-2), type(g(np.float32(-2))), type(g(np.array(-2.0)))) == (
        float,
        2.0,
        float,
        float,
    )
    assert g([-1, 2]).tolist() == [1.0, 2.0]
    assert g(np.array([[-1, 2], [3, -4]], dtype=np.int32)).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert g(np.zeros((2, 0, 3))).shape == (2, 0, 3)
    assert g(-np.ones((2, 3)).T).dtype == np.float64


# constructors


@given(small, small, small, small)
@example(Fraction(-1), Fraction(1), Fraction(-2), Fraction(0))
def test_clamp(low, high, slope, z):
    assume(low < high and slope)
    assert clamp(low, high, slope).at(z) == min(max(slope * z, low), high)
    assert clamp(low, "inf", slope).at(z) == max(slope * z, low)
    assert clamp(-INF, high, slope).at(z) == min(slope * z, high)
    assert clamp("-inf", INF, slope).at(z) == slope * z
    assert clamp(low, high, slope).lipschitz() == abs(slope)


@given(small, small)
def test_fold_and_affine(at, z):
    assert fold(at).at(z) == abs(z - at)
    assert affine(at, "1/3").at(z) == at * z + Fraction(1, 3)


@given(st.integers(1, 5), small, small, small)
def test_sawtooth(teeth, height, width, z):
    assume(width > 0)
    g = sawtooth(teeth, height, width)
    inside = 0 <= z <= teeth * width
    assert g.at(z) == (height * (1 - abs(2 * (z / width % 1) - 1)) if inside else 0)
    assert g.lipschitz() == 2 * abs(height) / width


@given(st.sets(small, max_size=4).map(sorted), st.lists(small, min_size=5, max_size=5), small, small)
def test_from_slopes(knots, slopes, z, y):
    slopes = slopes[: len(knots) + 1]
    g = from_slopes(knots, slopes, (z, y))
    assert g.at(z) == y
    ends = [-100, *knots, 100]
    assert [(g.at(b) - g.at(a)) / (b - a) for a, b in pairwise(ends)] == slopes


@given(maps())
def test_from_slopes_reads_back_what_branches_say(g):
    rows = g.branches()
    again = from_slopes([b.start for b in rows[1:]], [b.slope for b in rows], (1, g.at(1)))
    assert again.branches() == rows


# refusals


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PiecewiseAffine((), ()), r"knots = \(\) is empty: give at least one knot"),
        (lambda: PiecewiseAffine((0, 1), (0,)), "2 knots, 1 values: give one value for each knot"),
        (lambda: PiecewiseAffine((0, 2, 2), (0, 1, 2)), r"knots\[1\] = 2 and knots\[2\] = 2: .* strictly"),
        (lambda: PiecewiseAffine((1, "1/2"), (0, 1)), r"knots\[0\] = 1 and knots\[1\] = 1/2: knots must"),
        (lambda: PiecewiseAffine((0, math.nan), (0, 1)), "nan is not a finite number"),
        (lambda: PiecewiseAffine((0,), (0,), left=INF), "inf is not a finite number"),
        (lambda: affine("steep"), "'steep' is not a finite number"),
        (lambda: clamp(1, 1), r"clamp to \[1, 1\] is not an interval: low must be below high"),
        (lambda: clamp(0, 1, slope=0), r"slope = 0 makes a clamp constant: .* affine\(0, value\)"),
        (lambda: sawtooth(0), r"teeth = 0 is outside \[1, 1000000\]: a whole number of teeth"),
        (lambda: sawtooth("3/2"), r"teeth = 3/2 is outside \[1, 1000000\]: a whole number of teeth"),
        (lambda: sawtooth(10**400), r"is outside \[1, 1000000\]: a whole number of teeth"),
        (lambda: sawtooth(math.nan), "nan is not a finite number"),
        (lambda: sawtooth(2, width=-1), r"width = -1 is outside \(0, inf\): width of one tooth"),
        (lambda: from_slopes((0,), (1,), (0, 0)), "1 knots with 1 slopes: give one slope more than knots"),
        (lambda: from_slopes((), (1,), (0,)), r"anchor has 1 numbers: give the pair \(z, g\(z\)\)"),
        (lambda: from_slopes((1, 0), (1, 1, 1), (0, 0)), r"knots\[0\] = 1 and knots\[1\] = 0"),
        (lambda: fold() * INF, "inf is not a finite number"),
        (lambda: fold() + None, "None is not a finite number"),
        (lambda: fold().at(INF), "inf is not a finite number"),
    ],
)
def test_refusals(make, message):
    with pytest.raises(DomainError, match=message):
        make()
