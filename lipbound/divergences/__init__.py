"""Divergences between two laws: call for a number, `enclose` for a proof."""

from .abstract import Divergence as Divergence
from .cdf_gaps import kolmogorov as kolmogorov
from .cdf_gaps import kuiper as kuiper
from .chi2 import chi2 as chi2
from .f_divergence import FDivergence as FDivergence
from .fisher import fisher as fisher
from .hellinger2 import hellinger2 as hellinger2
from .hockey_stick import hockey_stick as hockey_stick
from .js import js as js
from .kl import kl as kl
from .mmd import mmd as mmd
from .renyi import renyi as renyi
from .together import f_divergences as f_divergences
from .tv import tv as tv
from .w1 import w1 as w1
from .wasserstein import w2 as w2
from .wasserstein import w_inf as w_inf
