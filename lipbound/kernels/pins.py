"""What one step function proves of the laws between two places, whose centres there are in a box.

A law of slope at most L with G(x_i) = Phi((x_i - c) / L) and G(x_j) = Phi((x_j - e) / L) at two places lies, between
them, above Phi((x - c) / L) and below Phi((x - e) / L). With m its masses in cells and nu those of the target,
m log(m / nu) >= (psi + 1) m - nu exp(psi) for every psi. The sum over all cells is, by parts, G at both places and at
each step of psi, of which falls meet the lower obstacle and rises the upper one: A(c) + B(e) - nu(exp(psi)), sums of
levels of Phi. The best psi is the logarithm of the slopes of the taut string. Here L is 1: places are counted in it.
"""

import numpy as np

from .frontiers import _phi
from .jit import jit, leaf
from .strings import scratch, slopes, taut

HIGHEST, LOWEST = 600.0, -60.0  # of psi: above, exp overflows; below, nothing is gained
HEIGHT, BEND, TWIST = 0.3989422804014327, 0.24197072451914337, 1.7320508075688772  # phi at 0 and 1; beyond it falls
COLUMNS = 7  # value; slopes in c and e; below the tangents by; below the value by; cost of the string


@leaf
def _obstacle(at, c, taylor, out):
    """Phi(x - c); infinite centres are limits."""
    most = 1.0 if c == -np.inf else 0.0
    for k in range(at.size):
        if abs(c) < np.inf:
            most = max(most, _phi(at[k] - c, taylor))
        out[k] = most


@leaf
def _swing(v, level, r, taylor):
    """How much a level of Phi, at v, moves at most if v moves by r."""
    return max(_phi(v + r, taylor) - level, level - _phi(v - r, taylor)) if abs(v) < np.inf else 0.0


@leaf
def _logs(psi, widths, lowest):
    """Slopes become psi, their logarithms in range; the cost of the string, and at least the mean of exp(psi)."""
    cost, mean = 0.0, 0.0
    for k in range(psi.size):
        log = np.log(psi[k]) if psi[k] > 0.0 else -np.inf
        if psi[k] > 0.0:
            cost += widths[k] * psi[k] * log
        psi[k] = min(max(log, lowest), HIGHEST)
        mean += widths[k] * np.exp(psi[k])
    return cost, mean * (1.0 + 4 * (psi.size + 64) * 2.0**-52)


@leaf
def _side(at, level, psi, c, r, first, taylor):
    """A or B: value and slope, how far below its tangent and below itself it is within r of c, and its weights' sum."""
    n = psi.size
    value, slope, bend, second, third, fall, size = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(n):  # the steps inside, and that at the place itself
        j = 0 if first else n
        weight = -(psi[0] + 1.0) if first else psi[n - 1] + 1.0
        if k:
            j, weight = k, psi[k - 1] - psi[k]
            if weight == 0.0 or (weight > 0.0) != first:
                continue
        value += weight * level[j]
        size += abs(weight)
        v = at[j] - c
        if abs(v) < np.inf:
            height, near = HEIGHT * np.exp(-0.5 * v * v), max(abs(v) - r, 0.0)
            beside = HEIGHT * np.exp(-0.5 * near * near)
            slope -= weight * height
            second -= weight * v * height
            bend += abs(weight) * (near * beside if near > 1.0 else BEND)  # v phi(v) is greatest at 1
            third += abs(weight) * ((near * near - 1.0) * beside if near > TWIST else HEIGHT)  # (v^2 - 1) phi(v): at 0
            fall += weight * (level[j] - _phi(v - r if weight > 0.0 else v + r, taylor))
    below = min(0.5 * bend * r * r, 0.5 * max(-second, 0.0) * r * r + third * r * r * r / 6.0)
    return value, slope, below * (1.0 + 1e-9), fall, size


@leaf
def _edge(at, widths, heap, taylor, box, eps, sides, psi, out, path, run, head, tail):
    c, e, rc, re = box
    n = widths.size
    _obstacle(at, c, taylor, sides[1])
    _obstacle(at, e, taylor, sides[0])
    sides[1, n] = sides[0, n]
    taut(widths, heap, sides, psi, path, run, head, tail)
    swing = max(_swing(at[0] - c, sides[1, 0], rc, taylor), _swing(at[n] - e, sides[0, n], re, taylor))
    # a mass that may vanish in the box: a deeper psi promises more where it is there, and costs more where it is not
    lowest = LOWEST
    if swing > 0.0:
        few = swing / max(sides[0, n] - sides[1, 0], swing)
        lowest = min(-1.0, max(LOWEST, np.log(swing * few / heap[1])))
    cost, mean = _logs(psi, widths, lowest)
    a, slope_c, below_c, fall_c, size_c = _side(at, sides[1], psi, c, rc, True, taylor)
    b, slope_e, below_e, fall_e, size_e = _side(at, sides[0], psi, e, re, False, taylor)
    out[0] = a + b - mean - 4.0 * eps * (size_c + size_e) * (1.0 + rc + re)
    out[1], out[2], out[3], out[4] = slope_c, slope_e, below_c, below_e
    out[5], out[6] = fall_c + fall_e, cost


@jit
def edges(at, widths, heap, taylor, boxes, eps):
    """A row for each box: centres c and e, and by how much each may be off; every float errs by `eps` at most."""
    n = widths.size
    out, sides, psi, spare = np.empty((len(boxes), COLUMNS)), np.empty((2, n + 1)), np.empty(n), scratch(n)
    for m in range(len(boxes)):
        _edge(at, widths, heap, taylor, boxes[m], eps, sides, psi, out[m], *spare)
    return out


@jit
def string(at, widths, heap, taylor, c, e):
    """The ratios to nu, cell by cell, of the masses that the taut string between two obstacles has."""
    low, high = np.empty(at.size), np.empty(at.size)
    _obstacle(at, c, taylor, low)
    _obstacle(at, e, taylor, high)
    return slopes(widths, heap, low, high)
