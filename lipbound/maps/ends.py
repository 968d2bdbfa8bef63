"""A formula far out: its germ at either end of the line, hence signs, bounds and limits that hold on a half-line."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from math import prod

from flint import arb, arb_series, ctx

from ..errors import NotCertifiable
from ..germs.powers import exponential, logarithm, power
from ..germs.scales import CONSTANT
from ..germs.spans import Span
from ..germs.sums import Germ, composed, monomial, within
from .elementary import SERIES
from .expressions import Expression


def germ(f: Expression, z: Germ) -> Germ:
    """f(z).

    Raises NotCertifiable where the formula is too intricate, or the start of the half-line too near.

    >>> from lipbound.germs.sums import outward
    >>> from lipbound.maps.calculus import derivative
    >>> from lipbound.maps.expressions import Z, call
    >>> germ(derivative(call("tanh", Z)), outward(-1, 4)).sign
    1
    """
    match f.head:
        case "number":
            return monomial(f.number, CONSTANT, z.start)
        case "pi" | "E":
            return monomial(arb.pi() if f.head == "pi" else arb.const_e(), CONSTANT, z.start)
        case "z":
            return z
        case _:
            key = f, ctx.prec
            if key not in z.applied:
                z.applied[key] = _applied(f, [germ(arg, z) for arg in f.args])
            return z.applied[key]


def _applied(f: Expression, args: list[Germ]) -> Germ:
    match f.head:
        case "sum":
            return reduce(Germ.__add__, args).kept()
        case "product":
            return reduce(Germ.__mul__, args)
        case "power":
            return power(args[0], f.number)
        case "log":
            return logarithm(args[0])
        case "exp":
            return exponential(args[0])
        case _:
            return _far(f.head, args[0]) if args[0].top.size > 0 else composed(SERIES[f.head], args[0])


def _far(name: str, u: Germ) -> Germ:
    """A function of an argument that is not bounded."""
    one = monomial(Fraction(1), CONSTANT, u.start)
    if name in ("sin", "cos", "sinpi", "cospi"):
        return within(Span(arb(-1), arb(1)), u.start)
    if name in ("sinh", "cosh"):
        return (exponential(u) + exponential(-u).scaled(Fraction(-1 if name == "sinh" else 1))).scaled(Fraction(1, 2))
    if name == "tanh":
        return _far("sigmoid", u.scaled(Fraction(2))).scaled(Fraction(2)) - one
    if not u.sign:
        return _undecided(name, u)
    side, x = Fraction(u.sign), u if u.sign > 0 else -u
    if name == "atan":
        right = monomial(arb.pi() / 2, CONSTANT, u.start) - composed(arb_series.atan, power(x, Fraction(-1)))
        return right.scaled(side)
    rest = _remainder(name, x)
    if name == "erf":
        return (one - rest).scaled(side)
    if name == "softplus":
        return u + rest if side > 0 else rest
    return one - rest if side > 0 else rest


def _undecided(name: str, u: Germ) -> Germ:
    """An increasing function of an argument that may still change its sign."""
    if name == "softplus":  # u and a rest that decreases in u
        return u + within(Span(*(_value(name, -x) for x in reversed(u.range))), u.start)
    return within(Span(*(_value(name, x) for x in u.range)), u.start)


def _value(name: str, x: arb) -> arb:
    """An increasing function, at infinity too."""
    if x.is_finite():
        return SERIES[name](arb_series([x], prec=1))[0]
    low, high = {"atan": (-arb.pi() / 2, arb.pi() / 2), "softplus": (arb(0), x)}.get(name, (arb(0), arb(1)))
    return high if x > 0 else -high if name == "erf" else low


def _remainder(name: str, x: Germ) -> Germ:
    """What is left of a function before it reaches its asymptote, x -> infinity."""
    if name == "Phi":
        return _mills(x * x, x, (2 * arb.pi()).rsqrt())
    if name == "erf":
        return _mills((x * x).scaled(Fraction(2)), x, arb.pi().rsqrt())
    tail = exponential(-x)
    # t / (1 + t) for sigmoid; log(1 + t) lies between that and t
    low = 1 / (1 + tail.range.high)
    return tail.blurred(Span(low, arb(1)))


def _mills(square: Germ, x: Germ, factor: arb) -> Germ:
    """factor exp(-square / 2) / x times some number between 1 - 1 / square and 1 (Mills' ratio)."""
    least = 1 - power(square, Fraction(-1)).range.high
    bell = exponential(square.scaled(Fraction(-1, 2))) * power(x, Fraction(-1))
    return bell.scaled(factor).blurred(Span(least, arb(1)))


def soaring(f: Expression, z: Germ) -> int:
    """1 if f tends to infinity, -1 if to minus infinity, also where it grows faster than a germ can say; else 0.

    >>> from lipbound.germs.sums import outward
    >>> from lipbound.maps.expressions import Z, call
    >>> soaring(call("exp", call("exp", Z)), outward(1, 4)), soaring(call("exp", call("exp", Z)), outward(-1, 4))
    (1, 0)
    """
    found, parts = _told(f, z), [soaring(arg, z) for arg in f.args]
    if found is not None:
        return found.sign if found.top.size > 0 else 0
    match f.head:
        case "exp" | "softplus":
            return max(parts[0], 0)
        case "sinh" | "cosh":
            return parts[0] if f.head == "sinh" else abs(parts[0])
        case "sum":
            same = {s for s in parts if s}
            settled = all(s or _told(arg, z) is not None for s, arg in zip(parts, f.args, strict=True))
            return same.pop() if len(same) == 1 and settled else 0
        case "product":
            return prod(s or _settled_sign(arg, z) for s, arg in zip(parts, f.args, strict=True))
        case "power":
            return parts[0] ** int(f.number) if f.number.denominator == 1 and f.number > 0 else 0
        case _:
            return 0


def outruns(f: Expression, z: Germ) -> bool:
    """Is |f| proved to grow faster than exp(c z^n), whatever c and n? False says nothing.

    >>> from lipbound.germs.sums import outward
    >>> from lipbound.maps.expressions import Z, call
    >>> outruns(call("exp", call("exp", Z)) + Z, outward(1, 4)), outruns(call("exp", Z**3), outward(1, 4))
    (True, False)
    """
    fast = [outruns(arg, z) for arg in f.args]
    if f.head in ("sum", "product"):
        slow = [_told(arg, z) for arg, quick in zip(f.args, fast, strict=True) if not quick]
        return fast.count(True) == 1 and all(u is not None and (u.sign or f.head == "sum") for u in slow)
    if f.head in ("exp", "sinh", "cosh"):
        way, known = soaring(f.args[0], z), _told(f.args[0], z)
        return (way > 0 if f.head == "exp" else way != 0) and (fast[0] or (known is not None and bool(known.top.rates)))
    return f.head == "power" and f.number > 0 and fast[0]


def _told(f: Expression, z: Germ) -> Germ | None:
    """The germ, if there is one."""
    try:
        found = germ(f, z)
        return found if found.sign or found.top.size <= 0 else None
    except NotCertifiable:
        return None


def _settled_sign(f: Expression, z: Germ) -> int:
    """The sign of the limit, if that is not zero."""
    found = _told(f, z)
    return found.sign if found is not None and found.top.size == 0 and found.limit is not None else 0
