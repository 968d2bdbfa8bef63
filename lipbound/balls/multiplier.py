"""Lower bounds of W1 and W2 between a mixture and all laws of slope at most L, from a multiplier of T' <= L.

For any m >= 0 that vanishes at both ends, W_p^p, the integral of |T - Q|^p phi, is at least that of
|T - Q|^p phi + m (T' - L), by parts of |T - Q|^p phi - m' T - m L: a minimum over T at each level. Here m lives on
blocks (a, b) of the line, and z = Phi^-1 F.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from flint import arb, arb_series

from ..curves import variable
from ..reals import precision
from .costate import moment, within
from .moments import powers
from .normal import ball, cdf, endwise, phi, quantile, root_tau
from .normal import mass as normal_mass
from .panel import LogSum, bits, integral, mesh
from .table import Cell

STEPS = 20_000
Block = tuple[Fraction, ...]  # a, the points where the arc meets the transport, b


def w1(cell: Cell, L: Fraction, blocks: Sequence[Block]) -> arb:
    """m' is phi where the arc is above the transport, -phi where it is below: W1 is at least -m' Q - m L."""
    with precision(160):
        return sum((_first_order(cell, L, block) for block in _apart(blocks)), arb(0))


def _first_order(cell: Cell, L: Fraction, block: Block) -> arb:
    """The last part of m' is bent so that m ends at zero; if it became too steep, all of m is lowered."""
    total, height, steepest = arb(0), arb(0), arb(1)
    heights = [_height(cell, x) for x in block]
    for k, (a, b) in enumerate(pairwise(block)):
        mass, sign = within(cell, a, b), arb(1 - 2 * (k % 2))
        if k == len(block) - 2:
            sign = -height / mass
            steepest = abs(sign).max(arb(1))
        height += sign * mass
        total += sign * (ball(L) * (heights[k] - heights[k + 1]) - moment(cell, a, b))
        if k < len(block) - 2 and not height >= 0:
            return arb(0)
    return (total / steepest).max(arb(0)) if total.is_finite() else arb(0)


def w2(cell: Cell, L: Fraction, blocks: Sequence[Block], tol: float) -> arb:
    """m' = 2 phi (T - Q) for the arc T = L z + c with c the mean of Q - L z: W2^2 is at least that of (T - Q)^2 phi."""
    with precision(max(160, bits(tol))):
        total = sum((_second_order(cell, L, b[0], b[-1], arb(tol)) for b in _apart(blocks)), arb(0))
        return total.max(arb(0)).sqrt()


def _apart(blocks: Sequence[Block]) -> Iterator[Block]:
    """Blocks that do not overlap, each in order."""
    end: Fraction | None = None
    for block in blocks:
        if all(a < b for a, b in pairwise(block)) and (end is None or end <= block[0]):
            yield block
            end = block[-1]


def _second_order(cell: Cell, L: Fraction, a: Fraction, b: Fraction, tol: arb) -> arb:
    mass, slope = within(cell, a, b), ball(L)
    c = (moment(cell, a, b) - slope * (_height(cell, a) - _height(cell, b))) / mass
    if not _nonnegative(cell, slope, a, b, c):
        return arb(0)
    log_f = LogSum(cell.entries)

    def integrand(x: arb_series) -> arb_series:
        f = log_f(x).exp()
        gap = slope * level(cell, x, f) + c - x
        return f * gap * gap

    return integral(integrand, mesh(ball(a), ball(b), cell.entries), tol)


def level(cell: Cell, x: arb_series, f: arb_series) -> arb_series:
    """The series of Phi^-1 F after x, F' = f: its rise is the inverse of that of Phi after the rise of F."""
    z = position(cell, x[0])
    u = variable(z, x.prec)
    rise = ((-u * u / 2).exp() / root_tau()).integral()
    if not rise[1] > 0:
        return arb_series([arb.nan()] * x.prec, prec=x.prec)
    return rise.reversion()(f.integral()) + z


def position(cell: Cell, x: arb) -> arb:
    """Phi^-1 F(x), from the smaller tail."""
    return endwise(lambda y: _position(cell, y), x)


def _position(cell: Cell, x: arb) -> arb:
    low = sum((e.weight * cdf(e.at(x)) for e in cell.entries), arb(0))
    if low < 0.5:
        return quantile(low)
    return -quantile(sum((e.weight * cdf(-e.at(x)) for e in cell.entries), arb(0)))


def _height(cell: Cell, x: Fraction) -> arb:
    """phi(Phi^-1 F(x))."""
    return phi(position(cell, ball(x)))


def _nonnegative(cell: Cell, L: arb, a: Fraction, b: Fraction, c: arb) -> bool:
    """Is m >= 0 on (a, b)? It rises where the arc is above the transport, falls where it is below, and ends at zero."""
    log_f, stack, fell = LogSum(cell.entries), [(ball(a), ball(b))], False
    for _ in range(STEPS):
        if not stack:
            return True
        left, right = stack.pop()
        x = ((left + right) / 2).mid()
        h = (right - x).max(x - left).upper()
        wide = log_f(arb_series([x + arb(0, h)], prec=1)).exp()[0]
        slope = L * wide / phi(position(cell, x + arb(0, h))) - 1
        above, most = L * position(cell, x) + c - x, abs(slope) * h
        if above - most > 0 and not (fell and not _multiplier(cell, L, ball(a), left, c) >= 0):
            fell = False
        elif above + most < 0:
            fell = True
        elif _held(cell, L, ball(a), (left, x, right), c, wide * (abs(above) + most).upper() * h):
            fell = False
        elif left < x and x < right:
            stack += [(x, right), (left, x)]
        else:
            return False
    return False


def _held(cell: Cell, L: arb, a: arb, at: tuple[arb, arb, arb], c: arb, change: arb) -> bool:
    """Is m proved positive on all of a panel, on which it changes by so much at most from its middle?"""
    return bool(_multiplier(cell, L, a, at[1], c) - abs(change) > 0)


def _multiplier(cell: Cell, L: arb, a: arb, x: arb, c: arb) -> arb:
    """m / 2 at x: the integral of (L z + c - Q) phi from the start of the block."""
    mass = sum((e.weight * normal_mass(e.at(a), e.at(x)) for e in cell.entries), arb(0))
    first = sum((powers(e, e.at(a), e.at(x))[0] for e in cell.entries), arb(0))
    return L * (phi(position(cell, a)) - phi(position(cell, x))) + c * mass - first
