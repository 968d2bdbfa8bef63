"""Tables of laws and of pairs of laws, easy ones and hard ones, for the tests to range over."""

from __future__ import annotations

import itertools
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from lipbound.laws import (
    AbstractLaw,
    Discrete,
    Gaussian,
    Mixture,
    gaussian_mixture,
    parse_law,
    pushforward,
    two_gaussians,
)
from lipbound.maps import Network, affine, clamp, fold, from_slopes, sawtooth

THIRD = Fraction(1, 3)
STEEP = from_slopes(("-0.0005", "0.0005"), ("1/2", 2500, "1/2"), (0, 0))  # a cell 1e-3 wide that climbs by 2.5
FAR_STEEP = from_slopes(("5", "5.001"), ("1/2", 2500, "1/2"), (0, 0))
NEAR_FLAT = from_slopes((-1, 1), (1, "1e-9", 1), (0, 0))
WAVE = from_slopes((-1, 0, "1/2"), (1, -2, 3, "1/2"), (0, 0))
PLATEAU = from_slopes(("-1/2", "1/2"), (1, 0, "3/2"), (0, 0))


def random_network(seed: int, widths: tuple[int, ...] = (16, 16)) -> Network:
    """A network with float32 weights as PyTorch would begin with, its output stretched to reach about +-3."""
    rng = np.random.default_rng(seed)
    chain = [1, *widths, 1]
    layers: list[tuple[object, object]] = []
    for given, out in itertools.pairwise(chain):
        reach = 3 / given**0.5
        pair = rng.uniform(-reach, reach, (out, given)), rng.uniform(-reach, reach, out)
        layers.append(tuple(x.astype(np.float32) for x in pair))
    return Network(layers, "leaky_relu")


NETWORK = random_network(7)

LAWS: MappingProxyType[str, AbstractLaw] = MappingProxyType(
    {
        "standard": Gaussian(),
        "narrow": Gaussian("-2", "0.4"),
        "three modes": gaussian_mixture(("1/4", "1/2", "1/4"), (-3, 0, 5), (1, "1/4", 2)),
        "modes at 30": two_gaussians(30),
        "needle": gaussian_mixture(("1/2", "1/2"), (1, 0), ("1e-6", 1)),
        "twice the same": gaussian_mixture(("1/3", "2/3"), (1, 1), (2, 2)),
        "coin": Discrete((0, 1), ("1/4", "3/4")),
        "dice": Discrete((-1, 0, "1/2", 7), ("1/8", "1/4", "1/2", "1/8")),
        "one point": Discrete((-2,), (1,)),
        "atom in a mode": Mixture(("1/4", "3/4"), (Discrete((0,), (1,)), Gaussian(1, "1/2"))),
        "stretched": pushforward(affine("5/2", "-1/2")),
        "reflected": pushforward(affine(-2, 1)),
        "constant": pushforward(affine(0, 3)),
        "clamped": pushforward(clamp(-1, 2)),
        "clamped far out": pushforward(clamp(-40, 30)),
        "folded": pushforward(fold()),
        "folded off centre": pushforward(fold("1/2")),
        "wave": pushforward(WAVE),
        "plateau": pushforward(PLATEAU),
        "teeth": pushforward(sawtooth(3, 2, "1/2")),
        "steep": pushforward(STEEP),
        "steep far out": pushforward(FAR_STEEP),
        "near flat": pushforward(NEAR_FLAT),
        "network": pushforward(NETWORK),
        "plateau of a mixture": pushforward(PLATEAU, parse_law("1/2 N(-3, 1) + 1/2 N(3, sd=0.5)")),
        "wave of dice": pushforward(WAVE, Discrete((-1, 0, "1/2", 7), ("1/8", "1/4", "1/2", "1/8"))),
        "image of an image": pushforward(fold(1), pushforward(WAVE)),
        "network of a fold": pushforward(random_network(8, (4,)), pushforward(fold())),
    }
)

_UNIT = LAWS["standard"]
_STEP = Fraction(1, 10**17)

# name: (p, q). TV and W1 are finite on all of these.
PAIRS: MappingProxyType[str, tuple[AbstractLaw, AbstractLaw]] = MappingProxyType(
    {
        "equal": (_UNIT, Gaussian(0, 1)),
        "equal, written otherwise": (LAWS["twice the same"], Gaussian(1, 2)),
        "equal networks": (LAWS["network"], pushforward(NETWORK)),
        "a mean apart": (_UNIT, Gaussian(1)),
        "scales": (_UNIT, Gaussian(0, 3)),
        "nearly equal": (_UNIT, Gaussian("1e-9", 1)),
        "nearly equal needles": (Gaussian(1, "1e-6"), Gaussian(1 + _STEP, "1e-6")),
        "nearly equal scales": (_UNIT, Gaussian(0, 1 + Fraction(1, 10**10))),
        "needle in a mode": (LAWS["needle"], _UNIT),
        "needle beside a mode": (gaussian_mixture(("1/2", "1/2"), (4, 0), ("1e-6", 1)), Gaussian(0, 2)),
        "wide and narrow": (gaussian_mixture(("1/2", "1/2"), ("0.3", 6), ("3.9", "0.05")), Gaussian(6, "3.9")),
        "modes at 30": (LAWS["modes at 30"], two_gaussians(30, "1/2")),
        "modes at 30, one moved": (LAWS["modes at 30"], gaussian_mixture(("1/2", "1/2"), (-30, 31), (1, 1))),
        "far apart": (Gaussian(-30), Gaussian(30)),
        "disjoint": (pushforward(fold()), pushforward(-fold() - 1)),
        "half": (_UNIT, LAWS["folded"]),
        "shared component": (gaussian_mixture(("1/4", "3/4"), (0, 5), (1, 1)), two_gaussians("5/2")),
        "shared tail": (pushforward(fold("11/4") * -1), pushforward(fold("7/4") * -1)),
        "steep": (LAWS["steep"], two_gaussians("1.25", "0.5")),
        "steep far out": (LAWS["steep far out"], pushforward(affine("1/2"))),
        "near flat": (LAWS["near flat"], _UNIT),
        "network": (LAWS["network"], two_gaussians(3)),
        "network moved": (LAWS["network"], pushforward(NETWORK + "1/1000")),
        "wave": (LAWS["wave"], gaussian_mixture(("1/2", "1/2"), (-2, 2), ("1/2", 1))),
        "image of an image": (LAWS["image of an image"], LAWS["wave"]),
        "mixture base": (LAWS["plateau of a mixture"], two_gaussians(3)),
        "atom against density": (LAWS["one point"], _UNIT),
        "clamps": (LAWS["clamped"], pushforward(clamp(-1, 2, "1/2"))),
        "clamps far out": (LAWS["clamped far out"], pushforward(clamp(-40, 30, "1/2"))),
        "coins": (LAWS["coin"], Discrete((0, 1), ("1/2", "1/2"))),
        "atoms that round to one float": (Discrete((THIRD,), (1,)), Discrete((THIRD + Fraction(1, 10**20),), (1,))),
        "atoms in densities": (LAWS["atom in a mode"], LAWS["plateau"]),
    }
)  # fmt: skip

# Those of PAIRS whose KL(p || q) is finite, and those where it is not, with a word of the reason.
INFINITE_KL: MappingProxyType[str, str] = MappingProxyType(
    {
        "disjoint": "density on",
        "half": "density on",
        "network moved": "density on",
        "atom against density": "atom at -2",
        "atoms that round to one float": "atom at 0.333333",
        "mixture base": "atom at",
    }
)
FINITE_KL = tuple(name for name in PAIRS if name not in INFINITE_KL)
