"""Formulas as polynomials in their parts, and the factors of such a polynomial, whose zeros are simple as a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import comb, gcd, lcm
from types import MappingProxyType
from typing import Final, NamedTuple

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from ..errors import NotCertifiable
from .calculus import sign
from .expressions import ONE, Expression, call, number, product, total

MOST = 1000  # terms of a polynomial that is multiplied out
FASTEST = 64  # multiples of the common argument that are resolved
KINDS: Final[Mapping[str, str]] = MappingProxyType({
    **dict.fromkeys(("sin", "cos"), "sin"),
    **dict.fromkeys(("sinpi", "cospi"), "sinpi"),
    **dict.fromkeys(("exp", "sinh", "cosh"), "exp"),
})  # fmt: skip


def factors(f: Expression) -> tuple[tuple[Expression, int], ...]:
    """Expressions and powers: f is the product of these powers, times something that is nowhere zero.

    Sines are resolved into those of half the argument, as 1 + cos(u) = 2 cos(u/2)^2.

    >>> from lipbound.maps.expressions import Z
    >>> factors(Z**4 - 4 * Z**2 + 4), factors(call("cos", 2 * Z) + 1), factors(call("exp", 2 * Z) - call("exp", Z))
    (((z**2 - 2, 2),), ((cos(z), 2),), ((exp(z) - 1, 1),))
    """
    try:
        parts = _Parts.of(f)
        rows = parts.levelled(parts.read(f)).factor()[1]
    except NotCertifiable:
        return ((f, 1),)
    return tuple((u, int(n)) for u, n in ((parts.written(row), n) for row, n in rows) if not _never_zero(u))


def divides(u: Expression, f: Expression) -> bool:
    """Is f seen to be a multiple of u, so that it vanishes where u does? False says nothing.

    >>> from lipbound.maps.expressions import Z
    >>> divides(Z**2 - 2, Z**4 - 4), divides(Z**2 - 2, Z**4)
    (True, False)
    """
    try:
        parts = _Parts.of(Expression("sum", (f, u)))
        return not divmod(*(parts.levelled(parts.read(x)) for x in (f, u)))[1]
    except NotCertifiable:
        return False


def _never_zero(f: Expression) -> bool:
    return sign(f)[1] or (f.head == "power" and f.number < 0)


class _Parts(NamedTuple):
    """What formulas are polynomials in, a variable for each.

    Waves are functions of rational multiples of one argument: sines and cosines are polynomials in those of half its
    largest common part, exponentials in one exponential and its inverse.
    """

    variables: Mapping[Expression, fmpq_mpoly]
    units: Mapping[tuple[str, Expression], Fraction]
    ring: fmpq_mpoly_ctx

    @staticmethod
    def of(f: Expression) -> _Parts:
        leaves = dict.fromkeys(_leaves(f))
        rates: dict[tuple[str, Expression], list[Fraction]] = {}
        for leaf in leaves:
            if leaf.head in KINDS:
                rate, base = _scaled(leaf.args[0])
                rates.setdefault((KINDS[leaf.head], base), []).append(rate)
        units = {wave: _common(found) / (1 if wave[0] == "exp" else 2) for wave, found in rates.items()}
        plain = [leaf for leaf in leaves if leaf.head not in KINDS]
        names = [*plain, *(half for (kind, base), unit in units.items() for half in _halves(kind, number(unit) * base))]
        ring = fmpq_mpoly_ctx.get([f"x{k}" for k in range(len(names))], Ordering.lex)
        return _Parts(dict(zip(names, ring.gens(), strict=True)), units, ring)

    def read(self, f: Expression) -> fmpq_mpoly:
        """The polynomial that an expression is."""
        match f.head:
            case "number":
                return self.ring.constant(fmpq(f.number.numerator, f.number.denominator))
            case "sum":
                return sum((self.read(arg) for arg in f.args), self.ring.constant(0))
            case "product":
                found = self.ring.constant(1)
                for arg in f.args:
                    found = _few(found, len(term := self.read(arg))) * term
                return found
            case "power" if f.number.denominator == 1 and f.number > 0:
                return _power(self.read(f.args[0]), int(f.number))
            case "power" if f.number.denominator == 1:
                return self.variables[f.args[0] ** -1] ** int(-f.number)
            case "sigmoid" | "tanh":
                return self.read(_rational(f))
            case head if head in KINDS:
                return self._wave(f)
            case _:
                return self.variables[f]

    def _wave(self, f: Expression) -> fmpq_mpoly:
        kind, (rate, base) = KINDS[f.head], _scaled(f.args[0])
        unit = self.units[kind, base]
        u, v = (self.variables[half] for half in _halves(kind, number(unit) * base))
        n, odd = abs(int(rate / unit)), f.head.startswith("sin")
        _few(u, MOST * n // FASTEST)
        flipped = -1 if odd and rate < 0 else 1
        if kind == "exp":
            up, down = (u**n, v**n) if rate > 0 else (v**n, u**n)
            return up if f.head == "exp" else (up - down if odd else up + down) / 2
        # the real or the imaginary part of (v + i u)^n
        terms = [(-1) ** (j // 2) * comb(n, j) * u**j * v ** (n - j) for j in range(odd, n + 1, 2)]
        return flipped * sum(terms, self.ring.constant(0))

    def levelled(self, f: fmpq_mpoly) -> fmpq_mpoly:
        """The same function, of one degree in each inverse, and in each sine together with its cosine."""
        for part in self.variables:
            if part.head == "power" and part.number == -1:
                f = self._raised(f, (part,), self.variables[part] * self.read(part.args[0]))
        for (kind, base), unit in self.units.items():
            if kind != "exp":
                s, c = _halves(kind, number(unit) * base)
                f = self._raised(f, (s, c), self.variables[s] ** 2 + self.variables[c] ** 2)
        return f

    def _raised(self, f: fmpq_mpoly, parts: tuple[Expression, ...], one: fmpq_mpoly) -> fmpq_mpoly:
        """Each term times a power of `one`, whose value is 1, until all have one degree in these parts."""
        places = [k for k, part in enumerate(self.variables) if part in parts]
        rows = [(sum(int(powers[k]) for k in places), self.ring.term(c, powers)) for powers, c in f.terms()]
        most = max((degree for degree, _ in rows), default=0)
        return sum((term * _power(one, (most - n) // len(parts)) for n, term in rows), self.ring.constant(0))

    def written(self, f: fmpq_mpoly) -> Expression:
        """The expression that a polynomial stands for."""
        rows = (
            (number(Fraction(int(c.p), int(c.q))), powers) for c, powers in zip(f.coeffs(), f.monoms(), strict=True)
        )
        return total([product([c, *map(pow, self.variables, map(int, powers))]) for c, powers in rows])


def _leaves(f: Expression) -> Iterator[Expression]:
    """What f, and what it divides by, are polynomials in."""
    if f.head in ("sum", "product"):
        for arg in f.args:
            yield from _leaves(arg)
    elif f.head == "power" and f.number.denominator == 1:
        if f.number < 0:
            yield f.args[0] ** -1
        yield from _leaves(f.args[0])
    elif f.head in ("sigmoid", "tanh"):
        yield from _leaves(_rational(f))
    elif f.head != "number":
        yield f


def _rational(f: Expression) -> Expression:
    """A sigmoid or hyperbolic tangent as a rational function of an exponential."""
    (u,) = f.args
    side = 1 if _scaled(u)[0] > 0 else -1
    e = call("exp", side * (u if f.head == "sigmoid" else 2 * u))
    top = side * (e - 1) if f.head == "tanh" else e if side > 0 else ONE
    return top * (e + 1) ** -1


def _halves(kind: str, u: Expression) -> tuple[Expression, Expression]:
    """What the waves of argument u are made of."""
    if kind == "exp":
        return call("exp", u), call("exp", u) ** -1
    return Expression(kind, (u,)), Expression(kind.replace("sin", "cos"), (u,))


def _scaled(u: Expression) -> tuple[Fraction, Expression]:
    """A rational and an expression with the product u; multiples of one expression have the same expression."""
    first = u.args[0] if u.head == "sum" else u
    first = first.args[0] if first.head == "product" else first
    rate = first.number if first.head == "number" else Fraction(1)
    return rate, total([product([number(1 / rate), u])])


def _common(rates: list[Fraction]) -> Fraction:
    """The largest number of which all are multiples."""
    below = lcm(*(x.denominator for x in rates))
    return Fraction(gcd(*(int(x * below) for x in rates)), below)


def _power(f: fmpq_mpoly, n: int) -> fmpq_mpoly:
    return _few(f, comb(len(f) + n - 1, n) // max(1, len(f))) ** n


def _few(f: fmpq_mpoly, times: int) -> fmpq_mpoly:
    """The polynomial, if it has not too many terms to be multiplied by one that has `times`."""
    if len(f) * times > MOST:
        raise NotCertifiable(f"{len(f) * times} terms are too many to multiply out")
    return f
