"""Several f-divergences of one pair of laws, in one pass."""

from __future__ import annotations

from collections.abc import Sequence

from ..enclosure import Enclosure
from ..laws import AbstractLaw
from .abstract import Divergence, need_laws
from .chi2 import chi2
from .f_divergence import values
from .hellinger2 import hellinger2
from .js import js
from .kl import kl

FIVE = (kl, kl.reversed, js, hellinger2, chi2)


def f_divergences(p: AbstractLaw, q: AbstractLaw, of: Sequence[Divergence] = FIVE) -> tuple[Enclosure, ...]:
    """The f-divergences `of` in float64, in one pass: KL, reverse KL, JS, H^2 and chi^2 unless others are named.

    >>> from lipbound.laws import Gaussian
    >>> [round(float(d), 6) for d in f_divergences(Gaussian(0), Gaussian(1))]  # 1/2, 1/2, ., 1 - exp(-1/8), e - 1
    [0.5, 0.5, 0.111421, 0.117503, 1.718282]
    """
    need_laws("f_divergences", p, q)
    return values(p, q, of)
