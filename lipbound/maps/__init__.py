"""Lipschitz maps of the line: each tells its branches, and everything else follows."""

from .abstract import AbstractMap, Branch
from .affine import PiecewiseAffine, affine, clamp, fold, from_slopes, sawtooth
from .nets import Network

__all__ = [
    "AbstractMap",
    "Branch",
    "Network",
    "PiecewiseAffine",
    "affine",
    "clamp",
    "fold",
    "from_slopes",
    "sawtooth",
]
