"""What formulas become: derivatives, compositions, and the sign, the parity and the period that one has."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm, prod

from .expressions import ONE, PI, Expression, Z, call, number, product, sqrt, total


def derivative(f: Expression) -> Expression:
    """The derivative by z.

    >>> from lipbound.maps.expressions import Z
    >>> derivative(call("sin", Z * Z))
    2*cos(z**2)*z
    """
    if f.is_constant:
        return number(0)
    if f.head == "z":
        return ONE
    if f.head == "sum":
        return total([derivative(term) for term in f.args])
    if f.head == "product":
        rows = [[*f.args[:i], derivative(part), *f.args[i + 1 :]] for i, part in enumerate(f.args)]
        return total([product(row) for row in rows])
    (u,) = f.args
    outer = number(f.number) * u ** (f.number - 1) if f.head == "power" else slope(f.head, u)
    return outer * derivative(u)


def slope(name: str, u: Expression) -> Expression:
    """The derivative of one of FUNCTIONS at u, in a form that loses no digits far out.

    >>> from lipbound.maps.expressions import Z
    >>> slope("sigmoid", Z)
    sigmoid(-z)*sigmoid(z)
    """
    match name:
        case "exp" | "cosh" | "sin" | "softplus":
            return call({"exp": "exp", "cosh": "sinh", "sin": "cos", "softplus": "sigmoid"}[name], u)
        case "sinh":
            return call("cosh", u)
        case "cos":
            return -call("sin", u)
        case "sinpi" | "cospi":
            return PI * Expression("cospi", (u,)) if name == "sinpi" else -PI * Expression("sinpi", (u,))
        case "log":
            return u**-1
        case "atan":
            return (ONE + u * u) ** -1
        case "sigmoid":
            return call("sigmoid", u) * call("sigmoid", -u)
        case "tanh":
            return 4 * slope("sigmoid", 2 * u)
        case "Phi":
            return sqrt(2 * PI) ** -1 * call("exp", number(Fraction(-1, 2)) * u * u)
        case _:  # erf
            return 2 * sqrt(PI) ** -1 * call("exp", -u * u)


def substituted(f: Expression, inner: Expression) -> Expression:
    """f(inner).

    >>> from lipbound.maps.expressions import Z
    >>> substituted(Z * Z, call("exp", Z))
    exp(z)**2
    """
    if f.is_constant or f.head == "z":
        return inner if f.head == "z" else f
    return with_args(f, [substituted(arg, inner) for arg in f.args])


def with_args(f: Expression, args: list[Expression]) -> Expression:
    """The same function of other arguments.

    >>> from lipbound.maps.expressions import Z
    >>> with_args(Z + 1, [Z, number(2)]), with_args(call("exp", Z), [2 * Z])
    (z + 2, exp(2*z))
    """
    match f.head:
        case "sum":
            return total(args)
        case "product":
            return product(args)
        case "power":
            return args[0] ** f.number
        case "sinpi" | "cospi":
            return call(f.head[:3], PI * args[0])
        case _:
            return call(f.head, args[0])


def sign(f: Expression) -> tuple[int, bool]:
    """(1, strict) if the formula is seen to be everywhere at least zero, (-1, strict) if at most; else (0, False).

    `strict` says that it is nowhere zero.

    >>> from lipbound.maps.expressions import Z
    >>> sign(call("exp", Z) + Z * Z), sign(-(Z**2)), sign(Z)
    ((1, True), (-1, False), (0, False))
    """
    if f.head == "number":
        return (f.number > 0) - (f.number < 0), f.number != 0
    if f.head in ("pi", "E", "exp", "cosh", "sigmoid", "Phi", "softplus"):
        return 1, True
    parts = [sign(arg) for arg in f.args]
    if f.head == "sum" and len({s for s, _ in parts}) == 1:
        return parts[0][0], any(strict for _, strict in parts)
    if f.head == "product":
        return prod(s for s, _ in parts), all(strict for _, strict in parts)
    if f.head == "power":
        (s, strict), even = parts[0], f.number.denominator == 1 and f.number % 2 == 0
        return (1, strict) if even else (s, strict)
    return (parts[0][0], parts[0][1]) if f.head in ("sinh", "tanh", "atan", "erf") else (0, False)


def parity(f: Expression) -> int:
    """1 if the formula is seen to be even, -1 if odd, 0 if neither is seen.

    >>> from lipbound.maps.expressions import Z
    >>> parity(Z * call("tanh", Z)), parity(Z**3 - Z), parity(Z + 1), parity(call("sigmoid", Z) * call("sigmoid", -Z))
    (1, -1, 0, 1)
    """
    if f.is_constant or f.head == "z":
        return 1 if f.is_constant else -1
    parts = [parity(arg) for arg in f.args]
    if f.head == "sum":
        return parts[0] if len(set(parts)) == 1 else 0
    if f.head == "product":
        return prod(parts) or int(substituted(f, -Z) == f)  # as sigmoid(z) sigmoid(-z)
    if f.head == "power":
        return (parts[0] if f.number % 2 else abs(parts[0])) if f.number.denominator == 1 else max(parts[0], 0)
    if f.head in ("cos", "cosh", "cospi", "sech"):
        return abs(parts[0])
    return parts[0] if f.head in ("atan", "erf", "sin", "sinh", "sinpi", "tanh") else max(parts[0], 0)


def frequency(f: Expression) -> tuple[Expression, Fraction] | None:
    """(c, q) if f has the period 2 pi / (c q), c = 1 or pi, since z stands in sines only; None if not.

    >>> from lipbound.maps.expressions import Z
    >>> frequency(call("sin", 4 * Z) * call("cos", 6 * Z + 1))
    (1, Fraction(2, 1))
    """
    if f.is_constant:
        return ONE, Fraction(0)
    if f.head in ("sin", "cos", "sinpi", "cospi"):
        rate = derivative(f.args[0])
        return (PI if f.head.endswith("pi") else ONE, abs(rate.number)) if rate.head == "number" else None
    parts = [frequency(arg) for arg in f.args]
    found = [part for part in parts if part is not None and part[1]]
    if not found or None in parts or len({unit for unit, _ in found}) > 1:
        return None
    common = lcm(*(q.denominator for _, q in found))
    return found[0][0], Fraction(gcd(*(int(q * common) for _, q in found)), common)
