"""Integrals of smooth functions of two densities, panel by panel: the Kullback-Leibler divergence."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from .density import logpdf1
from .jit import jit, leaf
from .normal import ROOT_TAU
from .runs import EPS, merge, near_cuts

# Gauss-Kronrod 10-21 on [-1, 1]: nodes from the centre outwards; every second node, from the second, is Gauss's.
NODES: Final = np.array([
    0.0, 0.148874338981631210884826001129720, 0.294392862701460198131126603103866, 0.433395394129247190799265943165784,
    0.562757134668604683339000099272694, 0.679409568299024406234327365114874, 0.780817726586416897063717578345042,
    0.865063366688984510732096688423493, 0.930157491355708226001207180059508, 0.973906528517171720077964012084452,
    0.995657163025808080735527280689003,
])  # fmt: skip
KRONROD: Final = np.array([
    0.149445554002916905664936468389821, 0.147739104901338491374841515972068, 0.142775938577060080797094273138717,
    0.134709217311473325928054001771707, 0.123491976262065851077958109585166, 0.109387158802297641899210590325805,
    0.093125454583697605535065465083366, 0.075039674810919952767043140916190, 0.054755896574351996031381300244580,
    0.032558162307964727478818972459390, 0.011694638867371874278064396062192,
])  # fmt: skip
GAUSS: Final = np.array([
    0.0, 0.295524224714752870173815619188769, 0.0, 0.269266719309996355091226921569469, 0.0,
    0.219086362515982043995534934228163, 0.0, 0.149451349150580593145863396957697, 0.0,
    0.066671344308688137593568809893332, 0.0,
])  # fmt: skip
WIDTHS: Final = np.array([0.0, 1.0, 2.5, 5.0, 9.0, 15.0, 25.0])  # panel ends around each component, in its own widths
REACH = 39.0  # exp(-39^2 / 2) is below the least float
DEPTH = 40


@leaf
def _kl_panel(a, b, i, j, p, q, nodes, kronrod, gauss):
    """Kronrod's and Gauss's value of the integral of p log(p/q), and of |p log(p/q)| + p on [a, b]."""
    h = 0.5 * (b - a)
    fine, coarse, size = 0.0, 0.0, 0.0
    for n in range(nodes.size):
        for side in range(1 if n == 0 else 2):
            step = h * (1.0 + nodes[n] * (1 - 2 * side))
            lp = logpdf1(a, step, i, p)
            if lp < -745.0:
                continue
            lq = logpdf1(a, step, j, q)
            density = math.exp(lp)
            value = density * (lp - lq)
            fine += kronrod[n] * value
            coarse += gauss[n] * value
            size += kronrod[n] * density * (1.0 + abs(lp) + abs(lq))
    return h * fine, h * coarse, h * size


@leaf
def _displaced(edge, i, j, p, q):
    """What rounding the place of an edge may cost: the integrand there times half an ulp."""
    if abs(edge) == math.inf:
        return 0.0
    lp = logpdf1(edge, 0.0, i, p)
    return 0.5 * EPS * abs(edge) * math.exp(lp) * abs(lp - logpdf1(edge, 0.0, j, q)) if lp > -745.0 else 0.0


@jit
def _confused(p, q):
    """What may be missed at cuts that floats confuse: the integrand there times the gap."""
    at, gaps = near_cuts(p, q)
    total = 0.0
    for m in range(gaps.size):
        y = p.edges[at[m, 0]]
        for side in range(4):
            lp, lq = logpdf1(y, 0.0, at[m, 0] + side // 2, p), logpdf1(y, 0.0, at[m, 1] + side % 2, q)
            if lp > -745.0 and lq > -math.inf:
                total += gaps[m] * math.exp(lp) * (1.0 + abs(lp - lq))
    return total


@leaf
def _narrow(k, t):
    return 0 < k < t.edges.size and t.edges[k - 1] == t.edges[k]


@leaf
def _sliver(y, i, j, p, q):
    """A cell narrower than floats can tell: its mass times log(p/q) at p's height, and by how much that may err."""
    lq = logpdf1(y, 0.0, j, q)
    if not _narrow(i, p):  # q's sliver: what p has there is a density times less than an ulp
        lp = logpdf1(y, 0.0, i, p)
        return 0.0, 2.0 * EPS * abs(y) * math.exp(lp) * (1.0 + abs(lp - lq))
    height, spread = 0.0, 1.0
    for n in range(p.first[i], p.first[i + 1]):
        height += p.weight[n] * p.inv[n] / ROOT_TAU
        spread += 0.5 * max(p.low[n] ** 2, p.high[n] ** 2)
    if _narrow(j, q):
        for n in range(q.first[j], q.first[j + 1]):
            spread += 0.5 * max(q.low[n] ** 2, q.high[n] ** 2)
    return p.cell[i] * (math.log(height) - lq), p.cell[i] * spread


@leaf
def _ends(lo, hi, k, t, widths, out, m):
    """Panel ends inside (lo, hi) suggested by the components of cell k: their centres and multiples of their widths."""
    for j in range(t.first[k], t.first[k + 1]):
        centre = t.y0[j] - t.u0[j] / t.inv[j]
        for n in range(widths.size):
            for side in (-1.0, 1.0):
                y = centre + side * widths[n] / t.inv[j]
                if lo < y < hi:
                    out[m] = y
                    m += 1
    return m


@leaf
def _reach(k, t, side):
    far = -math.inf
    for j in range(t.first[k], t.first[k + 1]):
        far = max(far, side * (t.y0[j] - t.u0[j] / t.inv[j]) + REACH / t.inv[j])
    return side * far


@jit
def kl(p, q, nodes, kronrod, gauss, widths):
    """Integral of p log(p/q) over the cells, and the modelled error; q must have density wherever p has.

    A panel is halved until its two quadratures agree to rounding; their difference, which overstates the error of
    the finer, is what the model adds up.
    """
    lo, hi, at = merge(p, q)
    ends = np.empty(2 * widths.size * (p.inv.size + q.inv.size) + 2)
    stack = np.empty((DEPTH + 4, 2))
    total, err = 0.0, _confused(p, q)
    for k in range(lo.size):
        i, j = at[k, 0], at[k, 1]
        if p.first[i] == p.first[i + 1]:
            continue
        if lo[k] == hi[k]:
            value, doubt = _sliver(lo[k], i, j, p, q)
            total += value
            err += doubt
            continue
        ends[0] = max(lo[k], _reach(i, p, -1.0)) if lo[k] == -math.inf else lo[k]
        ends[1] = min(hi[k], _reach(i, p, 1.0)) if hi[k] == math.inf else hi[k]
        if not ends[0] < ends[1]:
            continue
        m = _ends(ends[0], ends[1], i, p, widths, ends, 2)
        m = _ends(ends[0], ends[1], j, q, widths, ends, m)
        grid = np.sort(ends[:m])
        err += _displaced(lo[k], i, j, p, q) + _displaced(hi[k], i, j, p, q)
        for n in range(m - 1):
            if not grid[n] < grid[n + 1]:
                continue
            stack[0] = (grid[n], grid[n + 1])
            top = 1
            while top:
                top -= 1
                a, b = stack[top, 0], stack[top, 1]
                fine, coarse, size = _kl_panel(a, b, i, j, p, q, nodes, kronrod, gauss)
                y, rounding = 0.5 * (a + b), 8 * EPS * size
                if abs(fine - coarse) <= rounding + 1e-18 or top >= DEPTH or not a < y < b:
                    total += fine
                    err += abs(fine - coarse) + rounding
                else:
                    stack[top], stack[top + 1] = (y, b), (a, y)
                    top += 2
    return total, err


def kullback(p, q):
    """`kl` with its quadrature rule."""
    return kl(p, q, NODES, KRONROD, GAUSS, WIDTHS)
