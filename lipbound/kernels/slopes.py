"""How fast the logarithm of a sum of Gaussians can bend on a panel: the inequalities behind proved signs."""

from __future__ import annotations

import math

from .jit import inner, leaf


@inner
def log_sum(y, half, index, count, t):
    """`_log_sum` of entries of a table, of which only four columns have to be handed over."""
    return _log_sum(y, half, index, count, t.u0, t.y0, t.inv, t.log_height)


@leaf
def _log_sum(y, half, index, count, u0, y0, inv, log_height):
    """log S(y) of S = sum over the entries, its slope, bounds of its curvature within `half` of y, rounding of log S.

    (log S)'' = -E[inv^2] + Var(slope) under the shares r_j = S_j / S, and slope_j = -u_j inv_j. Against the largest
    entry k, r_j <= S_j / S_k, whose logarithm is quadratic in y: it is bounded over the panel by its Taylor
    polynomial. Hence Var <= sum r_j (slope_j - slope_k)^2 and E[inv^2] <= inv_k^2 + sum r_j (inv_j^2 - inv_k^2)+.
    """
    top, k = -math.inf, 0
    for n in range(count):
        j = index[n]
        u = u0[j] + (y - y0[j]) * inv[j]
        e = log_height[j] - 0.5 * u * u
        if e > top:
            top, k = e, j
    u_k = u0[k] + (y - y0[k]) * inv[k]
    slope_k, sq_k = -u_k * inv[k], inv[k] * inv[k]
    total, slope, spread, square, least = 1.0, 0.0, 0.0, sq_k, sq_k
    for n in range(count):
        j = index[n]
        if j == k:
            continue
        u = u0[j] + (y - y0[j]) * inv[j]
        e = log_height[j] - 0.5 * u * u - top
        sq = inv[j] * inv[j]
        gap = -u * inv[j] - slope_k
        share = math.exp(e)
        total += share
        slope += share * gap
        grow = abs(gap) * half + 0.5 * max(0.0, sq_k - sq) * half * half
        most = math.exp(min(0.0, e + grow))
        wide = abs(gap) + abs(sq - sq_k) * half
        spread += most * wide * wide
        square += most * max(0.0, sq - sq_k)
        least = min(least, sq)
    rounding = 4e-16 * (1.0 + u_k * u_k + abs(u_k * inv[k]) * abs(y - y0[k]) + abs(top))
    return top + math.log(total), slope_k + slope / total, -square, spread - least, rounding
