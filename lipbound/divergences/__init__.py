"""Divergences between two laws: call for a number, `enclose` for a proof."""

from .abstract import Divergence as Divergence
from .kl import kl as kl
from .tv import tv as tv
from .w1 import w1 as w1
