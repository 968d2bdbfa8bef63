"""Probability laws on the line."""

from .abstract import AbstractLaw as AbstractLaw
from .abstract import Atom as Atom
from .abstract import Certified as Certified
from .gaussian import Discrete as Discrete
from .gaussian import Gaussian as Gaussian
from .gaussian import Mixture as Mixture
from .gaussian import gaussian_mixture as gaussian_mixture
from .gaussian import two_gaussians as two_gaussians
from .patchwork import Patchwork as Patchwork
from .pushforward import Pushforward as Pushforward
from .pushforward import pushforward as pushforward
from .text import parse_law as parse_law
from .uniform import Uniform as Uniform
