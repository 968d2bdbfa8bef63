"""What a user types becomes a rational, or is refused."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipbound.errors import DomainError
from lipbound.exact import exact, exacts, extended, whole

READ = [
    ("0.1", Fraction(1, 10)),
    (" -1/3 ", Fraction(-1, 3)),
    ("1e-3", Fraction(1, 1000)),
    (7, Fraction(7)),
    (0.1, Fraction(3602879701896397, 36028797018963968)),
    (Fraction(2, 3), Fraction(2, 3)),
    (Decimal("0.1"), Fraction(1, 10)),
    (np.float64(0.5), Fraction(1, 2)),
    (np.float32(0.1), Fraction(13421773, 134217728)),
    (np.int64(-4), Fraction(-4)),
    (10**400, Fraction(10**400)),
]


@pytest.mark.parametrize(("given_", "value"), READ, ids=lambda x: f"{type(x).__name__} {str(x)[:20]}")
def test_numbers_are_read_exactly(given_: object, value: Fraction):
    assert exact(given_) == value
    assert type(exact(given_)) is Fraction
    assert extended(given_) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_keep_their_binary_value(x: float):
    assert exact(x) == Fraction(x)
    assert float(exact(x)) == x
    assert exact(repr(x)) == Fraction(repr(x))


def test_power_a_decimal_string_is_not_its_float():
    assert exact("0.1") != exact(0.1)


def test_numpy_integers_become_python_integers():
    """A NumPy integer inside a Fraction would overflow silently: 4 * 2^62 became 0."""
    with np.errstate(over="ignore"):
        assert exact(np.int64(2**62)) * 4 == 2**64
    assert type(exact(np.int64(3)).numerator) is int


REFUSED = [math.nan, math.inf, -math.inf, "", "one", "1/0", "inf", "1 2", None, 1j, True, np.True_, [1], Decimal("NaN")]


@pytest.mark.parametrize("wrong", REFUSED, ids=repr)
def test_what_is_no_finite_number_is_refused(wrong: object):
    with pytest.raises(DomainError, match="is not a finite number: give an int"):
        exact(wrong)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("infinity", [math.inf, "inf", Decimal("inf"), np.float64("inf"), np.float32("inf")], ids=repr)
def test_infinities_pass_where_they_may(infinity: object, sign: int):
    given_ = f"-{infinity}" if isinstance(infinity, str) and sign < 0 else infinity
    if sign < 0 and not isinstance(infinity, str):
        given_ = -infinity  # type: ignore[operator]
    assert extended(given_) == sign * math.inf
    assert type(extended(given_)) is float


@pytest.mark.parametrize("wrong", [math.nan, "nan", "infinite", None, Decimal("NaN")], ids=repr)
def test_extended_refuses_the_rest(wrong: object):
    with pytest.raises(DomainError):
        extended(wrong)


def test_large_decimals_are_finite():
    assert extended(Decimal("1e400")) == 10**400


def test_sequences():
    assert exacts(["0.5", 2, 0.25]) == (Fraction(1, 2), Fraction(2), Fraction(1, 4))
    with pytest.raises(DomainError, match="'x' is not"):
        exacts([1, "x"])


@pytest.mark.parametrize("wrong", [0, -1, 2.5, 10**400, "x", math.nan, math.inf, None], ids=lambda x: repr(x)[:9])
def test_counts_are_whole_numbers(wrong: object):
    assert whole(np.int64(3), "steps") == whole("3", "steps") == whole(3.0, "steps") == 3
    with pytest.raises(DomainError, match=r"steps = .* whole number of steps|is not a finite number"):
        whole(wrong, "steps")
