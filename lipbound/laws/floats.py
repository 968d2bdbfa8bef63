"""What a law answers in float64: from the affine table alone, or together with the table of its smooth strands."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import balls, kernels
from ..errors import DomainError, NotCertifiable
from ..pieces import Heap, Strand, atoms, cells, cuts
from ..reals import nearest, rounded
from .unseen import decided

if TYPE_CHECKING:
    from flint import arb

    from .abstract import AbstractLaw

Array = NDArray[np.float64]
FINE = 1e-15


def pdf(law: AbstractLaw, ys: Array) -> Array:
    """Density."""
    if law.bent:
        return kernels.bent.pdf(ys, law.table, law.folds)
    return kernels.density.pdf(ys, law.table)


def logpdf(law: AbstractLaw, ys: Array) -> Array:
    """Logarithm of the density."""
    if not law.bent:
        return kernels.density.logpdf(ys, law.table)
    out = kernels.bent.logpdf(ys, law.table, law.folds)
    return decided(law.pieces(), ys, _deep(law, ys, out, lambda y: balls.density.log_pdf(y, law.balls)), 0)


def tail(law: AbstractLaw, ys: Array, left: bool, log: bool) -> Array:
    """P(Y <= y) or P(Y > y), or its logarithm."""
    if not law.bent:
        return kernels.density.tail(ys, law.table, left, log)
    out = kernels.bent.tail(ys, law.table, law.folds, left, log)
    if not log:
        return out
    found = _deep(law, ys, out, lambda y: balls.density.log_tail(y, law.balls, left))
    return decided(law.pieces(), ys, found, -1 if left else 1)


def quantile(law: AbstractLaw, ps: Array) -> Array:
    """The least y with P(Y <= y) >= p."""
    if law.bent:
        return kernels.level.quantile(ps, law.table, law.folds, *law.support())
    return kernels.quantile.quantile(ps, law.table)


def between(law: AbstractLaw, los: Array, his: Array, left: bool, right: bool) -> Array:
    """Mass of intervals whose ends belong to them as `left` and `right` say."""
    out = kernels.density.between(los, his, law.table, left, right)
    return out + kernels.bent.between(los, his, law.folds) if law.bent else out


def moments(law: AbstractLaw) -> tuple[float, float]:
    """Mean and variance, infinite or NaN for want of a mean where they are not finite; NotCertifiable if undecided."""
    if not law.bent:
        return kernels.moments.moments(law.table)
    mean, second = balls.moments.moments(law.balls, FINE)
    variance = second - mean * mean
    if not (mean.is_finite() and variance.is_finite()):
        raise NotCertifiable("the mean and the variance are not known: how fast the map grows far out was not decided")
    return 0.0 if mean.contains(0) else nearest(mean), nearest(variance)  # of an odd map the middle is a rounding


def _deep(law: AbstractLaw, ys: Array, out: Array, log: Callable[[Fraction], arb]) -> Array:
    """Logarithms that the table does not know, more than 39 standard deviations of the latent law out, from balls."""
    low, high = law.support()
    for i in np.flatnonzero(np.isneginf(out) & (low < ys) & (ys < high) & np.isfinite(ys)):
        found = log(Fraction(float(ys[i])))
        out[i] = nearest(found) if found.is_finite() else out[i]
    return out


def table(law: AbstractLaw) -> Any:
    """The float64 form of the affine strands and of the atoms.

    Raises DomainError where a number of theirs is too large or too small for floats.
    """
    try:
        affine = [_rounded(piece) for piece in law.pieces() if isinstance(piece, (Strand, Heap))]
        return kernels.table.tabulate(cells(affine, cuts(affine)), atoms(affine))
    except (OverflowError, ValueError) as error:  # too large, or a logarithm of what vanished
        raise DomainError(f"a number of this law is outside the range of float64 (1e-308 to 1e308): {law}") from error


def _rounded(piece: Strand | Heap) -> Strand:
    """An atom of irrational place or mass, so close to it that floats cannot tell."""
    if isinstance(piece, Strand):
        return piece
    start, stop, place = map(rounded, piece[:3])
    return Strand(start, stop, Fraction(0), Fraction(place), piece.mean, piece.sd, piece.weight)
