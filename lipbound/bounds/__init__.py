"""The statements: one file each, one constant each."""

from typing import Final

from ..bound import LowerBound
from .exact_fit import exact_fit as exact_fit
from .gap_kl import gap_kl as gap_kl
from .gap_kl_reverse import gap_kl_reverse as gap_kl_reverse
from .gap_tv import gap_tv as gap_tv
from .one_valley import one_valley as one_valley
from .two_modes import two_modes as two_modes

ALL: Final[tuple[LowerBound, ...]] = (gap_tv, gap_kl, gap_kl_reverse, two_modes, one_valley, exact_fit)
