"""Divergences between two laws: call for a number, `enclose` for a proof."""

from .abstract import Divergence
from .cdf_gaps import kolmogorov, kuiper
from .chi2 import chi2
from .f_divergence import FDivergence
from .fisher import fisher
from .hellinger2 import hellinger2
from .hockey_stick import hockey_stick
from .js import js
from .kl import kl
from .mmd import mmd
from .renyi import renyi
from .together import f_divergences
from .tv import tv
from .w1 import w1
from .wasserstein import w2, w_inf

__all__ = [
    "Divergence",
    "FDivergence",
    "chi2",
    "f_divergences",
    "fisher",
    "hellinger2",
    "hockey_stick",
    "js",
    "kl",
    "kolmogorov",
    "kuiper",
    "mmd",
    "renyi",
    "tv",
    "w1",
    "w2",
    "w_inf",
]
