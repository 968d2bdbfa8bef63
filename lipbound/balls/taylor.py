"""Certified integrals of analytic functions by power series in balls, on panels that are halved where they must be."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb, arb_series

from ..curves import tried, variable

ORDER = 22
DEPTH = 200
PANELS = 4_000

Function = Callable[[arb_series], arb_series]
Crude = Callable[[arb, arb], arb]


def integral(f: Function, a: arb, b: arb, tol: arb, crude: Crude | None = None, order: int = ORDER) -> arb:
    """Integral of f over [a, b]: Taylor's polynomial at the middle, the last coefficient of the whole as remainder.

    Where f is not analytic, `crude(a, b)` may know where the integral over [a, b] lies. What is left of the doubt
    after DEPTH halvings, or PANELS panels, stays in the ball, which may then be the whole line.
    """
    total, stack, panels, start, stop = arb(0), [(a, b, 0)], 0, a, b
    while stack:
        a, b, depth = stack.pop()
        panels += 1
        y = ((a + b) / 2).mid()
        h = arb((b - y).max(y - a).upper())
        whole = tried(f, variable(arb(y, h), order))
        n = whole.prec  # f may cost an order, as derivatives do
        doubt = abs(whole[n - 1]) * 2 * h**n / n
        split = depth < DEPTH and panels < PANELS and a < y and y < b
        if crude is not None and not doubt < tol and (a is start or b is stop or not split):
            known = crude(a, b)
            if known.is_finite() and (known.rad() < tol or not split):
                total += known
                continue
        if split and not doubt < tol:
            stack += [(y, b, depth + 1), (a, y, depth + 1)]
            continue
        total += _polynomial(tried(f, variable(y, order)), a - y, b - y, n - 1)
        total += arb(0, doubt.upper()) if doubt.is_finite() else doubt
    return total


def _polynomial(series: arb_series, a: arb, b: arb, order: int) -> arb:
    """Integral of the truncated series from a to b."""
    total, low, high = arb(0), arb(1), arb(1)
    for k in range(order):
        low, high = low * a, high * b
        total += series[k] * (high - low) / (k + 1)
    return total
