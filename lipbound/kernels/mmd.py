"""The maximum mean discrepancy of a Gaussian kernel: the L2 norm of two laws' difference, smoothed."""

from __future__ import annotations

import math

import numpy as np

from .jit import inner, jit
from .normal import ROOT_TAU, mass
from .runs import EPS

FAR = 9.5  # standard deviations, beyond which exp(-FAR^2) is left out
STEP = 0.45  # of the smoothing width: then the trapezoidal rule errs by less than 1e-20


@inner
def _blur(u, moved):
    return EPS * moved * math.exp(-0.5 * u * u) / ROOT_TAU if abs(u) < math.inf else 0.0


@inner
def _smoothed(z, t, width):
    """Integral of exp(-(x - z)^2 / (2 width^2)) under a law, and its rounding error."""
    total, err = 0.0, 0.0
    for j in range(t.inv.size):
        sd = 1.0 / t.inv[j]
        way = (z - t.y0[j]) + t.u0[j] * sd
        wide = math.sqrt(sd * sd + width * width)
        shrink, at = width / wide, sd * way / (wide * wide)
        top = t.weight[j] * shrink * math.exp(-0.5 * (way / wide) ** 2)
        low, high = (t.low[j] - at) / shrink, (t.high[j] - at) / shrink
        total += top * mass(low, high)
        off = EPS * (8.0 + (abs(z) + abs(t.y0[j]) + abs(t.u0[j] * sd)) * abs(way) / (wide * wide))
        ends = _blur(low, (abs(t.low[j]) + abs(at)) / shrink) + _blur(high, (abs(t.high[j]) + abs(at)) / shrink)
        err += top * (off + 2.0 * ends)
    for k in range(t.edges.size):
        if t.atom[k] > 0.0:
            way = (z - t.edges[k]) / width
            part = t.atom[k] * math.exp(-0.5 * way * way)
            total += part
            err += EPS * part * (8.0 + abs(way) * (abs(z) + abs(t.edges[k])) / width)
    return total, err


@jit
def reach(t, width, side):
    """Where a smoothed law is seen no longer."""
    far = -math.inf
    for j in range(t.inv.size):
        sd, centre = 1.0 / t.inv[j], t.y0[j] - t.u0[j] / t.inv[j]
        free = side * centre + FAR * math.sqrt(sd * sd + width * width)
        end = t.high[j] if side > 0.0 else -t.low[j]
        far = max(far, min(free, side * centre + end * sd + FAR * width))
    for k in range(t.edges.size):
        if t.atom[k] > 0.0:
            far = max(far, side * t.edges[k] + FAR * width)
    return side * far


@jit
def mmd(p, q, bandwidth):
    """The square of MMD, and the modelled error.

    exp(-(x - y)^2 / (2 h^2)) is the integral of two Gaussians around z of width h / sqrt 2, over z; the trapezoidal
    rule is as good as exact for what has been smoothed.
    """
    width = bandwidth / math.sqrt(2.0)
    lo, hi = min(reach(p, width, -1.0), reach(q, width, -1.0)), max(reach(p, width, 1.0), reach(q, width, 1.0))
    count = math.ceil((hi - lo) / (STEP * width)) + 1
    total, err = 0.0, 0.0
    for n in range(count):
        z = lo + STEP * width * n
        x, e_x = _smoothed(z, p, width)
        y, e_y = _smoothed(z, q, width)
        gap, off = x - y, e_x + e_y + 4 * EPS * (x + y)
        total += gap * gap
        err += (2.0 * abs(gap) + off) * off + 4 * EPS * gap * gap
    scale = STEP * width / (bandwidth * math.sqrt(0.5 * math.pi))
    return scale * total, scale * err + 1e-20 + np.float64(8 * EPS) * scale * total
