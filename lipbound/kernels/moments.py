"""Mean and variance of a table, in closed form."""

from __future__ import annotations

import math

from .jit import jit, leaf
from .normal import mass, phi


@leaf
def _powers(low, high, u0):
    """Mass, E[u - u0] and E[(u - u0)^2] over the window, unnormalised."""
    m, f, g = mass(low, high), phi(low), phi(high)
    first = f - g
    second = m + (low * f if low > -math.inf else 0.0) - (high * g if high < math.inf else 0.0)
    return m, first - u0 * m, max(0.0, second - 2.0 * u0 * first + u0 * u0 * m)


@jit
def moments(t):
    """Mean and variance, the latter around the former so that nothing large cancels."""
    mean = 0.0
    for k in range(t.edges.size):
        mean += t.atom[k] * t.edges[k]
    for j in range(t.inv.size):
        m, a, _ = _powers(t.low[j], t.high[j], t.u0[j])
        mean += t.weight[j] * (t.y0[j] * m + a / t.inv[j])
    var = 0.0
    for k in range(t.edges.size):
        var += t.atom[k] * (t.edges[k] - mean) ** 2
    for j in range(t.inv.size):
        m, a, b = _powers(t.low[j], t.high[j], t.u0[j])
        off = t.y0[j] - mean
        var += t.weight[j] * (off * off * m + 2.0 * off * a / t.inv[j] + b / t.inv[j] ** 2)
    return mean, var
