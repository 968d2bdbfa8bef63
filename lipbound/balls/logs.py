"""Logarithms of sums of exponentials and of Gaussians, as power series in balls."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb_series

from .table import Entry


def log_sum(terms: Sequence[arb_series]) -> arb_series:
    """Logarithm of a sum of exponentials, around the one that is largest at its middle."""
    if len(terms) == 1:
        return terms[0]
    top = max(range(len(terms)), key=lambda k: terms[k][0].mid())
    total = arb_series([1], prec=terms[top].prec)
    for k, term in enumerate(terms):
        if k != top:
            total += (term - terms[top]).exp()
    return terms[top] + total.log()


def log_gaussians(entries: Sequence[Entry], y: arb_series) -> arb_series:
    """Logarithm of a sum of Gaussians after the power series y, around the term that is largest at its middle.

    u_j^2 - u_k^2 = (u_j - u_k)(u_j + u_k), whose first factor does not grow with y where the scales agree.
    """
    top = 0
    for j, e in enumerate(entries):  # floats would not tell the largest far out
        ahead = _apart(entries[top], e, arb_series([y[0]], prec=1))[0] / 2 + (e.height / entries[top].height).log()
        top = j if ahead.mid() > 0 else top
    rest = [e for j, e in enumerate(entries) if j != top]
    main, total = entries[top], arb_series([1], prec=y.prec)
    for e in rest:
        total += (_apart(main, e, y) / 2).exp() * (e.height / main.height)
    u = (y - main.centre) * main.inv
    return main.height.log() - u * u / 2 + (total.log() if rest else 0)


def _apart(d: Entry, e: Entry, y: arb_series) -> arb_series:
    """u^2 of the first minus that of the second."""
    if d.strand.scale == e.strand.scale:
        return (2 * y - d.centre - e.centre) * ((e.centre - d.centre) * e.inv * e.inv)
    u, v = ((y - x.centre) * x.inv for x in (d, e))
    return (u - v) * (u + v)
