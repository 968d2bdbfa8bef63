"""Chains with noise at every step: Langevin and diffusion samplers, their exact laws and Lipschitz constants."""

from .chain import MarkovChain as MarkovChain
from .chain import Step as Step
from .drifts import AbstractDrift as AbstractDrift
from .drifts import AffineDrift as AffineDrift
from .drifts import PiecewiseDrift as PiecewiseDrift
from .drifts import ScoreDrift as ScoreDrift
from .state import ChainLaw as ChainLaw
