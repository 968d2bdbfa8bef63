"""Markov chains of the line: their laws, one step after the other, with the errors added up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ..divergences.abstract import tolerance
from ..errors import DomainError, NotCertifiable
from ..exact import whole
from ..laws import AbstractLaw, Discrete
from .grids import Rule
from .mixtures import components, flattened
from .state import ChainLaw, Start
from .steps import AbstractStep

Floats = NDArray[np.float64]
TRIM = 1e-18  # mass dropped at each end in each step, and counted as an error
MARGIN = 0.5  # of the noise, added to the range, so that neighbouring steps can share their nodes


@dataclass(frozen=True, init=False)
class MarkovChain:
    """x_0 ~ start and x_{k+1} = f_k(x_k) + sd_k xi_k, or a `Posterior` draw: the law of x_k for every k.

    The law of x_k is a sum of narrow Gaussians, one for each node of a quadrature of the step before; its stated error
    adds up, in total variation, what each step's nodes may miss (a bound), the mass dropped beyond them, and a model
    of rounding: a Markov kernel contracts the distance, so that old errors never grow. `tol` is the share of the nodes.
    Raises DomainError unless the start is a Gaussian, a mixture of Gaussians, a Discrete law or the law of a chain.

    >>> from lipbound.laws import Gaussian
    >>> from lipbound.chains import AffineDrift, Step
    >>> chain = MarkovChain(Gaussian(), [Step(AffineDrift("0.6"), 0.8)] * 20)
    >>> float(chain.law().pdf(0.0)).__round__(10), chain.law().tv(Gaussian()).hi < 1e-8  # N(0, 1) stays
    (0.3989422804, True)
    """

    start: AbstractLaw | ChainLaw
    steps: tuple[AbstractStep, ...]
    tol: float

    def __init__(self, start: AbstractLaw | ChainLaw, steps: Iterable[AbstractStep], tol: float = 1e-9) -> None:
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "steps", tuple(steps))
        object.__setattr__(self, "tol", tol)
        if not isinstance(start, (Discrete, ChainLaw)):
            flattened(start)
        tol = tolerance(tol)

    @property
    def origin(self) -> AbstractLaw:
        """The start, if it is a law of the library. Raises DomainError if it is itself the law of a chain."""
        if isinstance(self.start, ChainLaw):
            raise DomainError("this chain starts where another has come: ask it of the two chains' steps in one")
        return self.start

    def __len__(self) -> int:
        return len(self.steps)

    def law(self, k: int | None = None) -> ChainLaw:
        """The law of x_k, k from 1 to the number of steps; of the last one unless k is given."""
        last = len(self.steps) if k is None else whole(k, "steps")
        if not 1 <= last <= len(self.steps):
            raise DomainError(f"k = {last} is no step of this chain: it has steps 1 to {len(self.steps)}")
        if last == len(self.steps):
            return self._last
        return next(islice(self.laws(), last - 1, None))

    @cached_property
    def _last(self) -> ChainLaw:
        for law in self.laws():
            last = law
        return last  # pyright: ignore[reportPossiblyUnboundVariable]  # there is a step

    def laws(self) -> Iterator[ChainLaw]:
        """The laws of x_1, x_2, ..., one by one.

        Raises NotCertifiable where a law spreads so far that no grid holds it.
        """
        state: ChainLaw | Start = _start(self.start)
        planned: tuple[AbstractStep, float, Rule] | None = None
        share = self.tol / max(len(self.steps), 1)
        for k, step in enumerate(self.steps):
            if state.sd == 0:  # atoms move exactly
                state = _moved(state, state.centres, state.masses, step, 0.0)
                yield state
                continue
            low, high = state.range
            if planned is None or planned[:2] != (step, state.sd) or not _holds(planned[2], low, high):
                planned = step, state.sd, self._planned(k, step, state.sd, low, high, share)
            nodes = planned[2]
            inside = slice(*np.searchsorted(nodes.nodes, [low, high]))
            x = nodes.nodes[inside]
            state = _moved(state, x, nodes.weights[inside] * state.pdf(x), step, nodes.error)
            yield state

    def _planned(self, k: int, step: AbstractStep, sd: float, low: float, high: float, share: float) -> Rule:
        pad = MARGIN * min(sd, step.sd)
        try:
            return step.rule(sd, low - pad, high + pad, share)
        except NotCertifiable as error:
            raise NotCertifiable(f"step {k + 1} of the chain: {error}") from error


def _holds(made: Rule, low: float, high: float) -> bool:
    """Does the rule span the range, and not many times more?"""
    return made.low <= low and high <= made.high and made.high - made.low < 2 * (high - low)


def _moved(state: ChainLaw | Start, x: Floats, masses: Floats, step: AbstractStep, missed: float) -> ChainLaw:
    """The law after a step from masses at the points x, with its error."""
    kept, dropped = _trimmed(masses)
    images = step.images(x[kept], masses[kept])
    if not np.all(np.isfinite(images.centres)):
        raise NotCertifiable("a step of the chain takes points beyond the floats: its law has left every grid")
    # a density moved by r changes by r sqrt(2 / pi) / sd in L1; sums of positive terms keep their relative accuracy
    narrow = min(step.sd, state.sd or step.sd)
    rounding = images.moved / narrow + images.shared + 256 * 2.0**-52
    order = np.argsort(images.centres, kind="stable")
    widths = None if images.widths is None else images.widths[order]
    error = state.error + missed + dropped + rounding
    return ChainLaw(images.centres[order], images.masses[order], step.sd, error, widths)


def _trimmed(masses: Floats) -> tuple[slice, float]:
    """The nodes without the lightest ends, and how much mass these had; beyond 8.8 sd a Gaussian is cut, too."""
    left, right = np.cumsum(masses), np.cumsum(masses[::-1])
    first, last = int(np.searchsorted(left, TRIM)), int(np.searchsorted(right, TRIM))
    dropped = (left[first - 1] if first else 0.0) + (right[last - 1] if last else 0.0)
    return slice(first, masses.size - last), float(dropped) + 2e-18


def _start(law: AbstractLaw | ChainLaw) -> Start | ChainLaw:
    if isinstance(law, ChainLaw):
        return law
    if isinstance(law, Discrete):
        points = np.array([float(x) for x in law.points])
        order = np.argsort(points)
        return Start(law, points[order], np.array([float(m) for m in law.masses])[order], 0.0, 4 * 2.0**-52)
    weights, centres, variances = components(law)
    return Start(law, centres, weights, float(np.sqrt(np.min(variances))), 4 * 2.0**-52)
