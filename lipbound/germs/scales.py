"""Orders of growth: powers of z and log z times exponentials of polynomials, compared on half-lines."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from flint import arb

from ..reals import exact_ball


class Scale(NamedTuple):
    """z^power log(z)^logs exp(... + rates[1] z + rates[0] z^n), n the number of rates; ordered by size at infinity."""

    rates: tuple[Fraction, ...] = ()
    power: Fraction = Fraction(0)
    logs: Fraction = Fraction(0)

    def __mul__(self, other: object) -> Scale:
        assert isinstance(other, Scale)
        n = max(len(self.rates), len(other.rates))
        rates = [a + b for a, b in zip(_padded(self.rates, n), _padded(other.rates, n), strict=True)]
        first = next((i for i, rate in enumerate(rates) if rate), n)
        return Scale(tuple(rates[first:]), self.power + other.power, self.logs + other.logs)

    def __pow__(self, q: Fraction) -> Scale:
        return Scale(tuple(q * rate for rate in self.rates), q * self.power, q * self.logs)

    @property
    def size(self) -> int:
        """-1 if it tends to 0, 1 if to infinity, 0 for the constant 1."""
        lead = next((x for x in (*self.rates, self.power, self.logs) if x), Fraction(0))
        return (lead > 0) - (lead < 0)

    def falls(self, start: int) -> bool:
        """Is it proved to decrease on z >= start >= 2?"""
        # z times the derivative of its logarithm: power + logs / log z + sum of k rate_k z^k; log 2 > 0.69
        n, least = len(self.rates), Fraction(69, 100) * (start.bit_length() - 1)
        constant = self.power + max(self.logs, Fraction(0)) / least
        terms = [*((n - i, (n - i) * rate) for i, rate in enumerate(self.rates)), (0, constant)]
        top, lead = next((term for term in terms if term[1]), (0, Fraction(0)))
        rest = sum((c * Fraction(start) ** (k - top) for k, c in terms if k < top and c > 0), Fraction(0))
        return lead + rest < 0 or (lead + rest == 0 and self.logs < 0)

    def at(self, z: int) -> arb:
        """The value at z."""
        exponent = arb(0)
        for rate in self.rates:
            exponent = (exponent + exact_ball(rate)) * z
        return (exponent + arb(z).log() * exact_ball(self.power) + arb(z).log().log() * exact_ball(self.logs)).exp()


CONSTANT = Scale()


def order(scale: Scale) -> tuple[int, tuple[Fraction, ...], Fraction, Fraction]:
    """Larger at infinity, larger here."""
    rates = scale.rates
    sign = (rates[0] > 0) - (rates[0] < 0) if rates else 0
    return sign * len(rates), rates, scale.power, scale.logs


def _padded(rates: tuple[Fraction, ...], n: int) -> tuple[Fraction, ...]:
    return (Fraction(0),) * (n - len(rates)) + rates
