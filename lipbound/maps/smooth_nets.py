"""Networks R -> R with smooth activations: power series through the layers, hence certified branches and slopes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import sha256
from types import MappingProxyType
from typing import Any, ClassVar, Final

import numpy as np
from flint import arb, arb_mat, arb_series

from ..curves import Curve
from ..errors import DomainError, NotCertifiable
from ..germs.sums import Germ, outward
from .abstract import Floats
from .bends import Horizon
from .calculus import derivative
from .expressions import Expression
from .floats import UNIT, Rough, evaluated, known
from .formula import Formula
from .layers import Layer, Pairs, Path, chained, foreign, stored
from .limits import limit
from .net_ends import Matrix, Unit, far_out
from .parsing import parsed
from .series import Expressed
from .smooth import AbstractSmooth
from .steepest import Beyond, beyond

NEAR = 16  # before it germs say little
REMOTE = 64  # if no critical point lies beyond, they are all looked for

# gelu is z Phi(z), PyTorch's default; its approximation by tanh has a name of its own
ACTIVATIONS: Final[Mapping[str, Expression]] = MappingProxyType({
    name: parsed(f"{name}(z)") for name in ("erf", "gelu", "gelu_tanh", "sigmoid", "silu", "softplus", "tanh")
})  # fmt: skip


@dataclass(frozen=True, eq=False)
class NetworkCurve(Curve):
    """A network as an analytic function, told from others by its weights."""

    layers: tuple[Layer, ...]
    activation: str

    @property
    def key(self) -> Hashable:
        return self._key

    @cached_property
    def _key(self) -> Hashable:
        digest = sha256()
        for array in (array for layer in self.layers for array in layer):
            digest.update(repr(array.shape).encode() + array.tobytes())
        return "network", self.activation, digest.hexdigest()

    @cached_property
    def matrices(self) -> tuple[Matrix, ...]:
        """Weights and biases as balls."""
        return tuple((arb_mat(w.tolist()), arb_mat(b[:, None].tolist())) for w, b in self.layers)

    def germ(self, z: Germ) -> tuple[Germ, Germ]:
        return far_out(self.matrices, self._unit, z)

    @cached_property
    def _unit(self) -> Unit:
        f = ACTIVATIONS[self.activation]
        return Unit(f, derivative(f), arb(Formula(f).lipschitz().hi))

    def series(self, z: arb_series) -> arb_series:
        units, unit = [z], Expressed(ACTIVATIONS[self.activation])
        for i, (weights, bias) in enumerate(self.matrices):
            if i:
                units = [unit.series(u) for u in units]
            rows = arb_mat([[u[k] for k in range(z.prec)] for u in units])
            sums = zip((weights * rows).tolist(), bias.entries(), strict=True)
            units = [arb_series([row[0] + b, *row[1:]], prec=z.prec) for row, b in sums]
        return units[0]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class SmoothNetwork(AbstractSmooth):
    """z -> W_n s(... s(W_1 z + b_1) ...) + b_n, s one of tanh, sigmoid, softplus, silu, gelu, erf, gelu_tanh.

    `layers` are the pairs (W, b), W of shape (out, in); each float stands for its binary value.

    >>> g = SmoothNetwork([([[1], [1]], [3, -3]), ([[1, 1]], [0])], "tanh")
    >>> g(0.0), 1 < g.lipschitz().hi < 1.01, g.branches()[0].low
    (0.0, True, Fraction(-2, 1))
    """

    farthest: ClassVar[int] = 2**12
    patience: ClassVar[int] = 2_000
    close: ClassVar[float] = 2.0**-30  # in balls a network is slow, and its zeros have wide surroundings
    layers: tuple[Layer, ...]
    activation: str
    meta: dict[str, Any]

    def __init__(self, layers: Pairs, activation: str, meta: Mapping[str, Any] | None = None) -> None:
        if activation not in ACTIVATIONS:
            names = ", ".join(ACTIVATIONS)
            raise DomainError(f"activation = {activation!r} is not smooth: give one of {names}; for relu use Network")
        vars(self).update(layers=chained(layers), activation=activation, meta=dict(meta or {}))

    @classmethod
    def load(cls, path: Path, activation: str | None = None) -> SmoothNetwork:
        """The network in an .npz file with PyTorch's names: NAME.weight, NAME.bias for each layer, in order.

        Strings `activation` and `meta` (JSON) are read if the file has them; if not, the argument stands in.
        Raises DomainError if the file holds no network with a smooth activation.
        """
        found = stored(path, activation, None)
        try:
            return cls(found.layers, found.activation, found.meta)
        except DomainError as error:
            raise foreign(path, error) from error

    def __repr__(self) -> str:
        widths = "-".join(str(w.shape[1]) for w, _ in self.layers)
        return f"<SmoothNetwork {widths}-1, {self.activation}>"

    @property
    def curve(self) -> Curve:
        return self._curve

    @cached_property
    def _curve(self) -> NetworkCurve:
        return NetworkCurve(self.layers, self.activation)

    def horizon(self, side: int) -> Horizon | None:
        start = REMOTE
        if not self._is_monotone(side, start):
            return None
        while start > 2 and self._is_monotone(side, start // 2):
            start //= 2
        end = limit((self._curve.key, side), partial(self._germ, 0, side, start))
        return None if end is None else Horizon(start, end)

    def far(self, side: int, start: int) -> Beyond | None:
        try:
            return None if start < NEAR else beyond(self._germ(1, side, start))
        except NotCertifiable:
            return None

    def _germ(self, order: int, side: int, start: int) -> Germ:
        """The germ of the network (0) or of its slope (1)."""
        if (side, start) not in self._germs:
            self._germs[side, start] = self._curve.germ(outward(side, start))
        return self._germs[side, start][order]

    @cached_property
    def _germs(self) -> dict[tuple[int, int], tuple[Germ, Germ]]:
        return {}

    def _is_monotone(self, side: int, start: int) -> bool:
        try:
            return self._germ(1, side, start).sign != 0
        except NotCertifiable:
            return False

    def _rough(self, x: Floats) -> tuple[Floats, Floats]:
        units = known(x[None, :])
        for i, (weights, bias) in enumerate(self.layers):
            if i:
                units = evaluated(ACTIVATIONS[self.activation], units)
            value = weights @ units.value + bias[:, None]
            size = np.abs(weights) @ np.abs(units.value) + np.abs(bias[:, None])
            # an inner product of n terms is off by at most n units of its terms' absolute values, in any order
            units = Rough(value, np.abs(weights) @ units.error + (weights.shape[1] + 2) * UNIT * size)
        return units.value[0], units.error[0]
