"""How fast samplers converge: total variation and KL against the number of steps and their length, as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..enclosure import Enclosure
from ..errors import DomainError
from ..laws import AbstractLaw
from ..laws.needed import need
from .chain import MarkovChain
from .samplers import langevin, reverse_vp
from .steepness import log_lipschitz, steepness


class Rate(NamedTuple):
    """A point of a curve: the law's distances to the target, the largest step's constant, log of the composed one.

    `kl` is KL(law || target), `kl_reversed` is KL(target || law), in nats.

    >>> Rate._fields
    ('at', 'tv', 'kl', 'kl_reversed', 'steepest', 'log_lipschitz')
    """

    at: float
    tv: Enclosure
    kl: Enclosure
    kl_reversed: Enclosure
    steepest: float
    log_lipschitz: Enclosure


def rates(make: Callable[[float], MarkovChain], values: Iterable[float], target: AbstractLaw) -> list[Rate]:
    """One row for each value: of the chain make(value), against the target.

    >>> from lipbound.laws import two_gaussians
    >>> nu = two_gaussians(1)
    >>> [round(row.tv.hi, 3) for row in rates(lambda h: langevin(nu, h, 200), (0.1, 0.05), nu)]
    [0.007, 0.004]
    """
    return [_row(value, make(value), target) for value in values]


def against_steps(target: AbstractLaw, horizon: float, counts: Iterable[int]) -> list[Rate]:
    """The reverse diffusion, Euler-Maruyama, with each number of steps.

    >>> from lipbound.laws import two_gaussians
    >>> [round(row.tv.hi, 3) for row in against_steps(two_gaussians(2), 5.0, (10, 20))]
    [0.191, 0.102]
    """
    return rates(lambda n: reverse_vp(target, horizon, int(n)), counts, target)


def against_length(target: AbstractLaw, time: float, lengths: Iterable[float]) -> list[Rate]:
    """Unadjusted Langevin for a given time in steps of each length.

    >>> from lipbound.laws import two_gaussians
    >>> [round(row.tv.hi, 3) for row in against_length(two_gaussians(1), 20.0, (0.1, 0.05))]
    [0.007, 0.004]
    """
    return rates(lambda h: langevin(target, h, max(1, round(time / h))), lengths, target)


def along(chain: MarkovChain, target: AbstractLaw, every: int = 1) -> list[tuple[int, Enclosure, Enclosure]]:
    """Steps done, total variation and KL to the target: after each `every` steps.

    >>> from lipbound.laws import two_gaussians
    >>> [k for k, _, _ in along(langevin(two_gaussians(1), 0.1, 6), two_gaussians(1), every=3)]
    [3, 6]
    """
    need("the chain", chain, MarkovChain, "a MarkovChain")
    if every < 1:
        raise DomainError(f"every = {every} is outside [1, inf): steps between two rows")
    laws = enumerate(chain.laws(), start=1)
    return [(k, law.tv(target), law.kl(target)) for k, law in laws if k % every == 0]


def _row(value: float, chain: MarkovChain, target: AbstractLaw) -> Rate:
    law = chain.law()
    steepest = max(steepness(step).drift.hi for step in chain.steps)
    return Rate(value, law.tv(target), law.kl(target), law.kl_reversed(target), steepest, log_lipschitz(chain))
