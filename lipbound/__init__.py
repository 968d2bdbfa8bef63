"""What a Lipschitz generator can and cannot do: exact laws, certified divergences, bounds declared once.

Every name loads its module when it is first used, so that `import lipbound` costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from .exact import exact as exact  # now: once its module is loaded, that would hide the function of the same name

if TYPE_CHECKING:
    from . import bounds as bounds
    from . import plots as plots
    from . import strategies as strategies
    from . import zoo as zoo
    from .bound import Bound as Bound
    from .bound import LowerBound as LowerBound
    from .bound import Parameter as Parameter
    from .checks import Check as Check
    from .checks import check as check
    from .divergences import Divergence as Divergence
    from .divergences import FDivergence as FDivergence
    from .divergences import chi2 as chi2
    from .divergences import fisher as fisher
    from .divergences import hellinger2 as hellinger2
    from .divergences import hockey_stick as hockey_stick
    from .divergences import js as js
    from .divergences import kl as kl
    from .divergences import kolmogorov as kolmogorov
    from .divergences import kuiper as kuiper
    from .divergences import mmd as mmd
    from .divergences import renyi as renyi
    from .divergences import tv as tv
    from .divergences import w1 as w1
    from .divergences import w2 as w2
    from .divergences import w_inf as w_inf
    from .enclosure import Enclosure as Enclosure
    from .enclosure import Verdict as Verdict
    from .errors import DomainError as DomainError
    from .errors import NotCertifiable as NotCertifiable
    from .frontiers import frontier as frontier
    from .frontiers import required_lipschitz as required_lipschitz
    from .frontiers import valley_frontier as valley_frontier
    from .instance import Instance as Instance
    from .laws import AbstractLaw as AbstractLaw
    from .laws import Atom as Atom
    from .laws import Discrete as Discrete
    from .laws import Gaussian as Gaussian
    from .laws import Mixture as Mixture
    from .laws import Patchwork as Patchwork
    from .laws import Pushforward as Pushforward
    from .laws import Uniform as Uniform
    from .laws import gaussian_mixture as gaussian_mixture
    from .laws import parse_law as parse_law
    from .laws import pushforward as pushforward
    from .laws import two_gaussians as two_gaussians
    from .laws.profile import profile as profile
    from .laws.transport import Transport as Transport
    from .maps import AbstractMap as AbstractMap
    from .maps import AbstractSmooth as AbstractSmooth
    from .maps import Formula as Formula
    from .maps import Network as Network
    from .maps import PiecewiseAffine as PiecewiseAffine
    from .maps import SmoothNetwork as SmoothNetwork
    from .maps import affine as affine
    from .maps import clamp as clamp
    from .maps import fold as fold
    from .maps import formula as formula
    from .maps import from_slopes as from_slopes
    from .maps import sawtooth as sawtooth

# Each public name and the module it lives in; the imports above are the same list for type checkers.
_HOMES: Final[Mapping[str, str]] = MappingProxyType({
    **dict.fromkeys(("bounds", "plots", "strategies", "zoo"), ""),
    **dict.fromkeys(("Bound", "LowerBound", "Parameter"), "bound"),
    **dict.fromkeys(("Check", "check"), "checks"),
    **dict.fromkeys(("Divergence", "FDivergence", "chi2", "fisher", "hellinger2", "hockey_stick", "js"), "divergences"),
    **dict.fromkeys(("kl", "kolmogorov", "kuiper", "mmd", "renyi", "tv", "w1", "w2", "w_inf"), "divergences"),
    **dict.fromkeys(("Enclosure", "Verdict"), "enclosure"),
    **dict.fromkeys(("DomainError", "NotCertifiable"), "errors"),
    "exact": "exact",
    **dict.fromkeys(("frontier", "required_lipschitz", "valley_frontier"), "frontiers"),
    "Instance": "instance",
    **dict.fromkeys(("AbstractLaw", "Atom", "Discrete", "Gaussian", "Mixture", "Patchwork", "Pushforward"), "laws"),
    **dict.fromkeys(("Uniform", "gaussian_mixture", "parse_law", "pushforward", "two_gaussians"), "laws"),
    "profile": "laws.profile",
    "Transport": "laws.transport",
    **dict.fromkeys(("AbstractMap", "AbstractSmooth", "Formula", "Network", "PiecewiseAffine"), "maps"),
    **dict.fromkeys(("SmoothNetwork", "affine", "clamp", "fold", "formula", "from_slopes", "sawtooth"), "maps"),
})  # fmt: skip

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"lipbound has no {name!r}: it has {', '.join(_HOMES)}")
    home = _HOMES[name]
    return getattr(import_module(f".{home}", __name__), name) if home else import_module(f".{name}", __name__)


def __dir__() -> list[str]:
    return sorted(_HOMES)
