"""(Leaky-)ReLU networks R -> R of any depth and width, converted to their exact affine pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from flint import fmpq, fmpq_mat, fmpz_mat
from numpy.typing import NDArray

from ..errors import DomainError
from ..exact import INF, Exact, exact
from .abstract import Branch, Floats
from .affine import AbstractPiecewiseAffine, merged
from .layers import Layer, Pairs, Path, chained, foreign, leak, stored

Ints = NDArray[np.object_]  # Python integers of any size
Signs = NDArray[np.int8]
Meta = Mapping[str, Any] | None
ENTRIES = 2**19  # pieces times units worked on at once: bounds the memory, not the result


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Network(AbstractPiecewiseAffine):
    """z -> W_n s(... s(W_1 z + b_1) ...) + b_n, where s is z for z >= 0 and negative_slope z for z < 0.

    `layers` are the pairs (W, b), W of shape (out, in); each float stands for its binary value. The
    activation is "relu" (negative slope 0) or "leaky_relu" (0.01 as in PyTorch, unless given).
    Values at floats and the tables of laws come from the exact pieces too: knots found by a forward pass in floats
    would cost a hundredth of the time, but not keep the relative accuracy that both promise.

    >>> g = Network([([[1], [-1]], [0, 0]), ([[1, 1]], [3])], "relu")  # |z| + 3
    >>> [(branch.slope, branch.shift) for branch in g.branches()] == [(-1, 3), (1, 3)]
    True
    """

    layers: tuple[Layer, ...]
    activation: str
    negative_slope: Fraction
    meta: dict[str, Any]

    def __init__(
        self, layers: Pairs, activation: str = "leaky_relu", negative_slope: object = None, meta: Meta = None
    ) -> None:
        fields = {"layers": chained(layers), "activation": activation, "meta": dict(meta or {})}
        vars(self).update(fields, negative_slope=leak(activation, negative_slope))

    @classmethod
    def load(cls, path: Path, activation: str | None = None, negative_slope: object = None) -> Network:
        """The network in an .npz file with PyTorch's names: NAME.weight, NAME.bias for each layer, in order.

        Strings `activation`, `negative_slope` and `meta` (JSON) are read if the file has them; if not, the
        arguments stand in for the first two. Other arrays are ignored. Raises DomainError if the file holds no
        network, or hidden layers and no activation, and none is given.
        """
        found = stored(path, activation, negative_slope)
        try:
            return cls(*found)
        except DomainError as error:
            raise foreign(path, error) from error

    def __repr__(self) -> str:
        widths = "-".join(str(w.shape[1]) for w, _ in self.layers)
        return f"<Network {widths}-1, {self.activation}, negative slope {self.negative_slope}>"

    def branches(self) -> tuple[Branch, ...]:
        return self._branches

    @cached_property
    def _branches(self) -> tuple[Branch, ...]:
        identity = _Block([-INF, INF], np.array([[[1]], [[0]]], dtype=object), 1)
        return merged(_push(identity, self.layers, self.negative_slope))

    def forward(self, z: object) -> Fraction:
        """g(z), exactly, by passing z through the layers: nothing is shared with `branches`.

        >>> Network([([[2]], [1]), ([[1]], [0])], negative_slope="1/5").forward(-1)
        Fraction(-1, 5)
        """
        x, leak = (
            fmpq_mat([[fmpq(*exact(z).as_integer_ratio())]]),
            fmpq(*self.negative_slope.as_integer_ratio()),
        )
        *hidden, last = self._rationals
        for weight, bias in hidden:
            x = weight * x + bias
            x = fmpq_mat(x.nrows(), 1, [v if v >= 0 else leak * v for v in x.entries()])
        y = (last[0] * x + last[1])[0, 0]
        return Fraction(int(y.numer()), int(y.denom()))

    @cached_property
    def _rationals(self) -> list[tuple[fmpq_mat, fmpq_mat]]:
        return [(_matrix(weight), _matrix(bias[:, None])) for weight, bias in self.layers]


class _Block(NamedTuple):
    """Pieces: for ends[k] < z < ends[k + 1] unit j is (lines[0, k, j] z + lines[1, k, j]) / scale."""

    ends: list[Exact]
    lines: Ints
    scale: int


def _push(block: _Block, layers: tuple[Layer, ...], leak: Fraction) -> Iterator[Branch]:
    """The pieces of the whole network on `block`: depth first, so that few are held at a time."""
    block, rest = _linear(block, *layers[0]), layers[1:]
    if not rest:
        for (start, stop), slope, shift in zip(pairwise(block.ends), *block.lines[:, :, 0], strict=True):
            yield Branch(start, stop, Fraction(slope, block.scale), Fraction(shift, block.scale))
        return
    ends, lines, scale = _activated(block, leak)
    size = max(1, ENTRIES // max(len(weight) for weight, _ in rest))
    for k in range(0, len(ends) - 1, size):
        yield from _push(_Block(ends[k : k + size + 1], lines[:, k : k + size], scale), rest, leak)


def _linear(block: _Block, weight: Floats, bias: Floats) -> _Block:
    """Weights and bias applied, all of them integers over one denominator."""
    weights, shifts = _binary(weight), _binary(bias)
    most = max(weights[1], shifts[1])
    w, b = (n << (most - e) for n, e in (weights, shifts))
    matrix, (_, rows, units) = w.T, block.lines.shape
    if len(bias) < 4:  # turning the lines into FLINT's matrices would cost more than the product
        lines = block.lines @ matrix
    else:
        left = fmpz_mat(2 * rows, units, block.lines.ravel().tolist())
        product = left * fmpz_mat(units, len(bias), matrix.ravel().tolist())
        lines = np.array([int(x) for x in product.entries()], dtype=object).reshape(2, rows, -1)
    lines[1] += b * block.scale
    return _Block(block.ends, lines, block.scale << most)


def _binary(x: Floats) -> tuple[Ints, int]:
    """Integers n and e >= 0 with x = n / 2^e."""
    fraction, exponent = np.frexp(x)
    n = (fraction * 2.0**53).astype(np.int64)
    last = np.where(n == 0, 1, n & -n)  # the lowest bit that is set
    e = 53 - exponent - np.frexp(last.astype(np.float64))[1] + 1  # x = (n / last) / 2^e
    common = max(0, int(np.max(e, where=n != 0, initial=0)))
    odd: Ints = (n // last).astype(object)
    raised: Ints = np.left_shift(odd, np.where(n == 0, 0, common - e).astype(object))
    return raised, common


def _activated(block: _Block, leak: Fraction) -> _Block:
    """The block cut where a unit changes sign, each unit times its slope there."""
    before, after = (at_ends := _signs(block))[:-1], at_ends[1:]
    cuts: list[tuple[Exact, int, Signs]] = []  # where a piece starts, its parent, the signs on it
    for k, signs in enumerate(np.where(before != 0, before, after)):  # zero at both ends: zero between
        roots: dict[Exact, list[int]] = {block.ends[k]: []}
        for j in np.flatnonzero(before[k] * after[k] < 0).tolist():
            root = Fraction(-block.lines[1, k, j], block.lines[0, k, j])
            roots.setdefault(root, []).append(j)  # equal rationals are one knot
        for root in sorted(roots):
            signs = signs.copy()
            signs[roots[root]] *= -1
            cuts.append((root, k, signs))
    starts, parents, rows = zip(*cuts, strict=True)
    factors = np.array(leak.as_integer_ratio(), dtype=object)[(np.stack(rows) >= 0).astype(int)]
    lines = block.lines[:, parents] * factors
    return _Block([*starts, block.ends[-1]], lines, block.scale * leak.denominator)


def _signs(block: _Block) -> Signs:
    """The sign of each unit at each end, exact: by floats where they prove it, by integers elsewhere."""
    tame = [z == 0 or 2.0**-900 < abs(z) < 2.0**900 for z in block.ends]
    t = np.array([[float(z) if ok else np.nan] for z, ok in zip(block.ends, tame, strict=True)])
    rows = np.maximum(np.arange(len(t)) - 1, 0)  # units are continuous: either neighbour tells the sign
    bits = max(int(np.abs(block.lines).max()).bit_length() - 960, 0)
    slopes, shifts = (block.lines >> bits).astype(np.float64)[:, rows]
    with np.errstate(over="ignore", invalid="ignore"):
        # With u = 2^-53 the floats are A(1 + d), t(1 + d), C(1 + d), |d| <= u, so At + C is off by at most
        # ((1 + u)^4 - 1)(|At| + |C|) < 2^-50 (|steps| + |shifts|), and |t| + 1 if A and C lost bits.
        # Nothing underflows, as A is 0 or |A| >= 1, and t is 0 or |t| > 2^-900; inf and NaN compare false.
        values = (steps := slopes * t) + shifts
        lost = 4 * (np.abs(t) + 1) if bits else 0.0
        sure = np.abs(values) > 2.0**-50 * (np.abs(steps) + np.abs(shifts)) + lost
        signs = np.where(sure, np.sign(values), 0).astype(np.int8)
    for i, j in np.argwhere(~sure).tolist():
        signs[i, j] = _sign(block.lines[0, rows[i], j], block.lines[1, rows[i], j], block.ends[i])
    return signs


def _sign(slope: int, shift: int, z: Exact) -> int:
    """The sign of slope z + shift; at -inf and +inf its limit."""
    if isinstance(z, Fraction):
        value = slope * z.numerator + shift * z.denominator
    else:
        value = (slope if z > 0 else -slope) or shift
    return (value > 0) - (value < 0)


def _matrix(x: Floats) -> fmpq_mat:
    return fmpq_mat(len(x), len(x[0]), [fmpq(*v.as_integer_ratio()) for v in x.ravel().tolist()])
