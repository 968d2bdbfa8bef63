"""Total variation and KL between a smooth sum of Gaussians and a law of the line, on a grid, with modelled errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import NotCertifiable
from ..laws import AbstractLaw
from ..pieces import Strand


class Density(Protocol):
    """What is asked of a target: density, and mass on the left and on the right of points."""

    def pdf(self, y: Floats, /) -> Any:
        """Density."""
        ...

    def cdf(self, y: Floats, /) -> Any:
        """Mass on the left."""
        ...

    def sf(self, y: Floats, /) -> Any:
        """Mass on the right."""
        ...


Floats = NDArray[np.float64]
Function = Callable[[Floats], Floats]
FINE = 4  # grid points per standard deviation of the noise
MOST = 500_000
LEAST = 2_000
TAIL = 1e-18  # mass of the target left out at each end
SURE = 100  # times the error of a density, where it counts as known
HALVINGS = 27  # of a cell: the distance changes by the square of what is left


def tv(pdf: Function, below: Function, x: Floats, target: Density) -> tuple[float, float]:
    """Half the sum of |P(I) - Q(I)| over the intervals between the sign changes of p - q, and its error; x is a grid.

    The cells of the grid are intervals too: any partition gives a lower bound, and what they add counts as an error.
    What is modelled: a cell on whose ends p - q has one sign hides no other if second differences nearby say that it
    cannot bend through zero; the bends of other cells count as errors.

    >>> from lipbound.laws import Gaussian
    >>> p = Gaussian(1)
    >>> value, error = tv(p.pdf, p.cdf, grid((-8.0, 10.0), 1.0), Gaussian(-1))
    >>> round(value, 9), error < 1e-9
    (0.682689492, True)
    """
    gap = pdf(x) - np.asarray(target.pdf(x))
    flips = np.flatnonzero(np.sign(gap[1:]) * np.sign(gap[:-1]) < 0)
    cuts = _roots(lambda y: pdf(y) - np.asarray(target.pdf(y)), x[flips], x[flips + 1])
    every = np.sort(np.concatenate([x, cuts]))
    excess = below(every) - np.asarray(target.cdf(every))
    ends = float((np.asarray(target.cdf(x[:1])) + np.asarray(target.sf(x[-1:])))[0])  # beyond the reach p has nothing
    few = excess[np.searchsorted(every, np.concatenate([x[:1], cuts, x[-1:]]))]
    value, rough = (0.5 * (float(np.sum(np.abs(np.diff(sums)))) + ends) for sums in (excess, few))
    return value, _hidden(x, gap) + abs(value - rough) + 4e-16 * (8 + cuts.size)


def finest(target: AbstractLaw, sd: float) -> float:
    """The least of sd and the widths of the Gaussians that make up the target.

    >>> from lipbound.laws import Gaussian
    >>> finest(Gaussian(0, "0.25"), 1.0)
    0.25
    """
    return min([sd, *(float(s.scale) for s in target.pieces() if isinstance(s, Strand))])


def grid(reach: tuple[float, float], sd: float) -> Floats:
    """Even points over the reach, at least FINE per sd; raises NotCertifiable if these are too many.

    >>> grid((0.0, 1.0), 1.0).size
    2001
    """
    count = max(FINE * (reach[1] - reach[0]) / sd, LEAST)
    if not count <= MOST:
        raise NotCertifiable(
            f"a grid on [{reach[0]:.3g}, {reach[1]:.3g}] for a width of {sd:.3g} needs {count:.3g} points"
        )
    return np.linspace(*reach, int(count) + 1)


def _hidden(x: Floats, gap: Floats) -> float:
    """Mass that may hide in cells between equal signs: there the gap, less than its bend, may cross zero twice."""
    widths = np.diff(x)
    bend = np.abs(np.diff(np.diff(gap) / widths)) / (0.5 * (widths[1:] + widths[:-1]))
    near = widths**2 * np.maximum(np.concatenate([bend[:1], bend]), np.concatenate([bend, bend[-1:]]))  # at both ends
    lowest = np.minimum(np.abs(gap[1:]), np.abs(gap[:-1]))
    doubtful = (gap[1:] * gap[:-1] >= 0) & (lowest < near / 2)
    return float(np.sum((near * widths)[doubtful]) / 2)


def _roots(f: Function, low: Floats, high: Floats) -> Floats:
    """Where f changes sign in each of the cells, by halving them all at once."""
    if not low.size:
        return low
    rising = f(high) > 0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        right = (f(middle) > 0) == rising
        high, low = np.where(right, middle, high), np.where(right, low, middle)
    return 0.5 * (low + high)


def kl(pdf: Function, reach: tuple[float, float], sd: float, target: AbstractLaw) -> tuple[float, float, float]:
    """KL(p || q) for p > 0 everywhere, its error from a grid twice as coarse, and 1 + sup |log p/q| where p counts.

    The trapezoidal rule on analytic integrands that vanish at both ends converges geometrically, so that the coarser
    grid's difference from the finer one is far more than the finer one's error.

    >>> from lipbound.laws import Gaussian
    >>> value, error, _ = kl(Gaussian(1).pdf, (-8.0, 10.0), 1.0, Gaussian())
    >>> round(value, 9), error < 1e-9
    (0.5, True)
    """
    if np.any(np.isfinite(target.support())):
        return np.inf, 0.0, 1.0
    x = grid(reach, finest(target, sd))
    x = np.linspace(x[0], x[-1], 2 * (x.size // 2) + 1)
    p, log_q = pdf(x), np.asarray(target.logpdf(x))
    counts = p > 1e-300
    if np.any(np.isneginf(log_q)):
        return np.inf, 0.0, 1.0
    ratio = np.zeros(x.size)
    ratio[counts] = np.log(p[counts]) - np.maximum(log_q[counts], -1e5)
    step, terms = (x[-1] - x[0]) / (x.size - 1), p * ratio
    fine, coarse = float(step * np.sum(terms)), float(2 * step * np.sum(terms[::2]))
    heavy = p > 1e-14
    height = 1 + float(np.max(np.abs(ratio[heavy])))
    return fine, abs(fine - coarse) + 1e-15 * height, height


def kl_reversed(
    pdf: Function, log_lower: Function, reach: tuple[float, float], sd: float, error: float, target: AbstractLaw
) -> tuple[float, float]:
    """KL(q || p) of the target q, from below and above, for a density p that is known up to `error` in L1.

    Where p stands well above its error, at most error / (sd sqrt(2 pi)), the integral is taken as it is; elsewhere the
    value from below is that of all these places as one event (log-sum inequality), and the value from above takes
    exp(log_lower) for p where the floats have none: what was dropped from p in its tails only made it smaller.

    >>> from lipbound.laws import Gaussian
    >>> p = Gaussian(1)
    >>> low, high = kl_reversed(p.pdf, p.logpdf, (-8.0, 10.0), 1.0, 0.0, Gaussian())
    >>> low <= 0.5 <= high, high - low < 1e-9
    (True, True)
    """
    x = grid(_widened(reach, target), finest(target, sd))
    x = np.linspace(x[0], x[-1], 2 * (x.size // 2) + 1)
    q, p = np.asarray(target.pdf(x)), pdf(x)
    terms = q * (np.log(np.maximum(q, 1e-300)) - _logs(p, x, log_lower))
    step, off = (x[-1] - x[0]) / (x.size - 1), 0.4 * error / sd
    whole, coarse = step * np.sum(terms), 2 * step * np.sum(terms[::2])
    known = p > SURE * off
    slack = abs(whole - coarse) + 2 * step * np.sum(q[known] * off / p[known])
    slack += 1e-14 * (1 + step * np.sum(np.abs(terms)))
    lost, rest = step * np.sum(q[~known]), max(1 - step * np.sum(p[known]), 0.0) + error + 1e-12
    event = lost * np.log(lost / rest) if lost > 0 else 0.0
    least = whole - step * np.sum(terms[~known]) + event
    return float(min(least, whole) - slack), float(whole + slack)


def _logs(p: Floats, x: Floats, log_lower: Function) -> Floats:
    """log p(x), from below where p is too small for a float."""
    small = p <= 1e-290
    logs = np.log(np.where(small, 1.0, p))
    logs[small] = log_lower(x[small])
    return logs


def _widened(reach: tuple[float, float], target: AbstractLaw) -> tuple[float, float]:
    """The reach, grown by a sixteenth of itself at a time until the target has no more than TAIL beyond either end."""
    (low, high), step = reach, (reach[1] - reach[0]) / 16
    while float(target.cdf(low)) > TAIL:
        low, step = low - step, 1.25 * step
    step = (reach[1] - reach[0]) / 16
    while float(target.sf(high)) > TAIL:
        high, step = high + step, 1.25 * step
    return low, high
