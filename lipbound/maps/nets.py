"""(Leaky-)ReLU networks R -> R of any depth and width, converted to their exact affine pieces."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from os import PathLike
from typing import Any, NamedTuple, cast
from zipfile import BadZipFile

import numpy as np
from flint import fmpq, fmpq_mat, fmpz_mat
from numpy.typing import NDArray

from ..errors import DomainError
from ..exact import INF, Exact, exact
from .abstract import Branch, Floats
from .affine import AbstractPiecewiseAffine, merged

Ints = NDArray[np.object_]  # Python integers of any size
Signs = NDArray[np.int8]
Layer = tuple[Floats, Floats]
Pairs = Iterable[tuple[object, object]]
Path = str | PathLike[str]
Meta = Mapping[str, Any] | None
ENTRIES = 2**19  # pieces times units worked on at once: bounds the memory, not the result


@dataclass(frozen=True, init=False, eq=False)
class Network(AbstractPiecewiseAffine):
    """z -> W_n s(... s(W_1 z + b_1) ...) + b_n, where s is z for z >= 0 and negative_slope z for z < 0.

    `layers` are the pairs (W, b), W of shape (out, in); each float stands for its binary value. The
    activation is "relu" (negative slope 0) or "leaky_relu" (0.01 as in PyTorch, unless given).

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
        fields = {"layers": _chained(layers), "activation": activation, "meta": dict(meta or {})}
        vars(self).update(fields, negative_slope=_negative_slope(activation, negative_slope))

    @classmethod
    def load(cls, path: Path, activation: str = "leaky_relu", negative_slope: object = None) -> Network:
        """The network in an .npz file with PyTorch's names: NAME.weight, NAME.bias for each layer, in order.

        Strings `activation`, `negative_slope` and `meta` (JSON) are read if the file has them; if not, the
        arguments stand in for the first two. Other arrays are ignored.
        """
        try:
            arrays = _arrays(path)
            activation = str(arrays.get("activation", activation))
            slope = arrays["negative_slope"].item() if "negative_slope" in arrays else negative_slope
            meta = json.loads(str(arrays.get("meta", "{}")))
            if not isinstance(meta, dict):
                raise ValueError(f"meta = {meta!r} is not a JSON object")
            return cls(_pairs(arrays), activation, slope, cast(Meta, meta))
        except (ValueError, EOFError, BadZipFile, zlib.error) as error:
            expected = "expected an .npz archive with NAME.weight and NAME.bias for each layer"
            raise DomainError(f"{path} does not hold a network ({error}): {expected}") from error

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
    tables = [[x.as_integer_ratio() for x in array.ravel().tolist()] for array in (weight, bias)]
    common = max(d for table in tables for _, d in table)  # powers of two: the largest serves all
    w, b = (np.array([n * (common // d) for n, d in table], dtype=object) for table in tables)
    matrix, (_, rows, units) = w.reshape(weight.shape).T, block.lines.shape
    if len(bias) < 4:  # turning the lines into FLINT's numbers would cost more than the product
        lines = block.lines @ matrix
    else:
        left = fmpz_mat(2 * rows, units, block.lines.ravel().tolist())
        product = left * fmpz_mat(units, len(bias), matrix.ravel().tolist())
        lines = np.array([int(x) for x in product.entries()], dtype=object).reshape(2, rows, -1)
    lines[1] += b * block.scale
    return _Block(block.ends, lines, block.scale * common)


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


def _negative_slope(activation: str, slope: object) -> Fraction:
    if activation not in ("relu", "leaky_relu"):
        raise DomainError(f"activation = {activation!r} is not piecewise affine: give 'relu' or 'leaky_relu'")
    value = exact(slope if slope is not None else "0.01" if activation == "leaky_relu" else 0)
    if activation == "relu" and value:
        raise DomainError(f"negative_slope = {value} with 'relu': give 0, or 'leaky_relu' for another slope")
    return value


def _chained(layers: Pairs) -> tuple[Layer, ...]:
    """The layers as float64 arrays that cannot be written to, with shapes that lead from 1 to 1."""
    chain: list[Layer] = []
    width = 1
    for i, (weight, bias) in enumerate(layers, start=1):
        w, b = _doubles(weight, 2, f"weight of layer {i}"), _doubles(bias, 1, f"bias of layer {i}")
        if w.shape != (len(b), width):
            shapes = f"layer {i} has weight {w.shape} and bias {b.shape}"
            raise DomainError(f"{shapes}: its input is {width} wide, give (n, {width}) and (n,)")
        chain.append((w, b))
        width = len(b)
    if not chain:
        raise DomainError("a network of 0 layers: give at least one pair (weight, bias)")
    if width != 1:
        raise DomainError(f"layer {len(chain)}, the last, has {width} outputs: a map of the line has 1")
    return tuple(chain)


def _doubles(x: object, ndim: int, what: str) -> Floats:
    raw = np.asarray(x)
    if raw.dtype.kind not in "fiu" or raw.ndim != ndim or not raw.size:
        wanted = ("(out,)", "(out, in)")[ndim - 1]
        raise DomainError(f"{what} is {raw.dtype} {raw.shape}: give numbers of shape {wanted}, not empty")
    values = raw.astype(np.float64)
    # as objects, since NumPy would round large integers before it compares them
    bad = raw[~np.isfinite(values) | (values.astype(object) != raw.astype(object))]
    if bad.size:
        raise DomainError(f"{what} contains {bad[0]!s}: give finite numbers that float64 holds exactly")
    values.flags.writeable = False
    return values


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    with open(path, "rb") as stream:
        archive = np.load(stream, allow_pickle=False)
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise ValueError("it holds a single array")
        return {name: np.asarray(archive[name]) for name in archive.files}


def _pairs(arrays: Mapping[str, NDArray[Any]]) -> Pairs:
    """Weight and bias of each layer, in the order of the file."""
    names = dict.fromkeys(key.rpartition(".")[0] for key in arrays if key.endswith((".weight", ".bias")))
    for name in names:
        if not {f"{name}.weight", f"{name}.bias"} <= arrays.keys():
            raise ValueError(f"{name} has a weight or a bias only")
    return [(arrays[f"{name}.weight"], arrays[f"{name}.bias"]) for name in names]
