"""Lipschitz maps of the line: each tells its branches, and everything else follows."""

from .abstract import AbstractMap, Branch
from .affine import PiecewiseAffine, affine, clamp, fold, from_slopes, sawtooth
from .bends import Bend
from .formula import Formula, formula
from .nets import Network
from .smooth import AbstractSmooth
from .smooth_nets import SmoothNetwork

__all__ = [
    "AbstractMap",
    "AbstractSmooth",
    "Bend",
    "Branch",
    "Formula",
    "Network",
    "PiecewiseAffine",
    "SmoothNetwork",
    "affine",
    "clamp",
    "fold",
    "formula",
    "from_slopes",
    "sawtooth",
]
