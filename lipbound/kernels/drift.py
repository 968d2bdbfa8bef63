"""How much area a distribution function gains over a bounded interval."""

from __future__ import annotations

from .jit import inner, leaf
from .normal import SHORT, _bulge, area, cdf, phi
from .normal import mass as mass_of
from .shares import EPS


@leaf
def _lean(m, h):
    """-1/(2h^3) times the integral of x exp(-m x - x^2/2) over [-h, h]: sum He_k(m) h^(k-1) / ((k + 2) k!), odd k.

    For |m| h <= 0.15 and h <= 0.15 the first term left out, times h, is below 3e-17.
    """
    n, t = m * m, h * h
    he3 = n - 3.0
    he5 = (n - 10.0) * n + 15.0
    he7 = ((n - 21.0) * n + 105.0) * n - 105.0
    he9 = (((n - 36.0) * n + 378.0) * n - 1260.0) * n + 945.0
    he11 = ((((n - 55.0) * n + 990.0) * n - 6930.0) * n + 17325.0) * n - 10395.0
    tail = he7 / 45360.0 + t * (he9 / 3991680.0 + t * he11 / 518918400.0)
    return m * (1.0 / 3.0 + t * (he3 / 30.0 + t * (he5 / 840.0 + t * tail)))


@leaf
def _long(u, v, left):
    """The integrals of `drift` in closed form, where u to v is not short, and its error in ulps of one."""
    if u + v > 0.0:  # Phi(s) - Phi(u) = Phi(-u) - Phi(-s): keep the small numbers
        u, v, left = -v, -u, not left
    end = u if left else v
    known, grown = (v - u) * cdf(end), area(v) - area(u)
    return abs(grown - known), known * (1.0 + end * end) + area(v) * (1.0 + v * v)  # as in `shares`


@inner
def drift(c, d, k, t, left):
    """Integral over [c, d] of P(c < Y <= y), or of P(y < Y <= d), and its rounding error, that of both ends included.

    In standard deviations it is the integral of (v - s) phi(s) from u to v, or of (s - u) phi(s).
    """
    total, err = 0.0, 0.0
    for j in range(t.first[k], t.first[k + 1]):
        h = 0.5 * (d - c) * t.inv[j]
        way = (c - t.y0[j]) * t.inv[j] + h
        m, scale = t.u0[j] + way, t.weight[j] / t.inv[j]
        moved = abs(t.u0[j]) + abs(way) + abs(m) + h + 2.0
        if 2.0 * h * max(1.0, abs(m) + h) < SHORT:
            mass = scale * phi(m) * 2.0 * h
            tilt = h * _lean(m, h)
            total += mass * h * (_bulge(m, h) + (tilt if left else -tilt))
            err += 8 * EPS * mass * moved
        else:
            x, size = _long(m - h, m + h, left)
            total += scale * x
            err += 8 * EPS * scale * (size + moved * mass_of(m - h, m + h))
    return total, err
