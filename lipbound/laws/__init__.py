"""Probability laws on the line."""

from .abstract import AbstractLaw, Atom, Certified
from .gaussian import Discrete, Gaussian, Mixture, gaussian_mixture, two_gaussians
from .patchwork import Patchwork
from .pushforward import Pushforward, pushforward
from .text import parse_law
from .uniform import Uniform

__all__ = [
    "AbstractLaw",
    "Atom",
    "Certified",
    "Discrete",
    "Gaussian",
    "Mixture",
    "Patchwork",
    "Pushforward",
    "Uniform",
    "gaussian_mixture",
    "parse_law",
    "pushforward",
    "two_gaussians",
]
