"""Variational autoencoders on the line: exact objectives, marginal mismatch and density ratios."""

from .finite import sampled_donsker_varadhan as sampled_donsker_varadhan
from .free import FreeOptimum as FreeOptimum
from .free import free_optimum as free_optimum
from .hybrids import Hybrids as Hybrids
from .hybrids import Mismatch as Mismatch
from .hybrids import OddPair as OddPair
from .hybrids import hybrids as hybrids
from .hybrids import mismatch as mismatch
from .linear import LinearVAE as LinearVAE
from .linear import optimal_linear as optimal_linear
from .ratio import Classifier as Classifier
from .ratio import Estimates as Estimates
from .ratio import clipped as clipped
from .ratio import fitted as fitted
from .ratio import ratio_estimates as ratio_estimates
from .ratio import separability as separability
from .vae import VAE as VAE
from .vae import Accounts as Accounts
from .vae import accounts as accounts
from .vae import marginals as marginals
