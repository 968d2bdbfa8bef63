"""Strands whose moments are infinite, proved by the germ of what is integrated."""

from __future__ import annotations

from functools import reduce

from ..errors import NotCertifiable
from ..germs.powers import exponential
from ..germs.sums import Germ, outward
from .bent import Fibre


def diverges(f: Fibre, power: int, start: int, side: int) -> bool:
    """Is the integral of |strand|^power over side * Z > start proved to be infinite?

    It is where the integrand has one sign and is at least a positive constant, or that constant over z.
    """
    z = outward(side, start)
    if f.strand.curve.outruns(z):
        return True
    try:
        known = f.strand.curve.germ(z)
        if known is None:
            return False
        v = z - z.constant(f.strand.mean)
        bell = exponential((v * v).scaled(-1 / (2 * f.strand.sd**2)) + z.constant(f.log_height))
        found = reduce(Germ.__mul__, [known[0]] * power, bell)
        if not found.sign:
            return False
        top = found.top
        return top.size >= 0 or (not top.rates and top.power >= -1 and top.logs >= 0)
    except NotCertifiable:
        return False
