"""(Leaky-)ReLU networks R -> R of any depth and width, converted to their exact affine pieces."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import prod
from os import PathLike
from typing import Any, NamedTuple, cast

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
ENTRIES = 2**19  # pieces times units worked on at once: bounds the memory, not the result


@dataclass(frozen=True, init=False, eq=False)
class Network(AbstractPiecewiseAffine):
    """z -> W_n s(... s(W_1 z + b_1) ...) + b_n, where s is z for z >= 0 and negative_slope z for z < 0.

    `layers` are the pairs (W, b), W of shape (out, in); each float stands for its binary value. The activation
    is "relu" (negative slope 0) or "leaky_relu" (0.01 as in PyTorch, unless given).

    >>> g = Network([([[1], [-1]], [0, 0]), ([[1, 1]], [3])], "relu")  # |z| + 3
    >>> [(branch.slope, branch.shift) for branch in g.branches()] == [(-1, 3), (1, 3)]
    True
    """

    layers: tuple[Layer, ...]
    activation: str
    negative_slope: Fraction
    meta: Mapping[str, Any]

    def __init__(
        self,
        layers: Iterable[tuple[object, object]],
        activation: str = "leaky_relu",
        negative_slope: object = None,
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        slope = _negative_slope(activation, negative_slope)
        parts = (_chained(layers), activation, slope, dict(meta or {}))
        for name, value in zip(("layers", "activation", "negative_slope", "meta"), parts, strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def load(
        cls, path: str | PathLike[str], activation: str = "leaky_relu", negative_slope: object = None
    ) -> Network:
        """The network in an .npz file with PyTorch's names: NAME.weight, NAME.bias for each layer, in order.

        The strings `activation`, `negative_slope` and `meta` (JSON) in the file are read if they are there, and
        the arguments stand in for the first two if they are not. Other arrays are ignored.
        """
        arrays = _arrays(path)
        try:
            activation = str(arrays.get("activation", activation))
            slope = arrays["negative_slope"].item() if "negative_slope" in arrays else negative_slope
            meta = json.loads(str(arrays["meta"])) if "meta" in arrays else {}
            return cls(_pairs(arrays), activation, slope, meta)
        except ValueError as error:  # DomainError and JSON's own
            raise DomainError(f"{path} does not hold a network: {error}") from error

    def branches(self) -> tuple[Branch, ...]:
        return self._branches

    @cached_property
    def _branches(self) -> tuple[Branch, ...]:
        line = np.array([[[1]], [[0]]], dtype=object)
        return merged(_push(_Block([-INF, INF], line, 1), self.layers, self.negative_slope))

    def forward(self, z: object) -> Fraction:
        """g(z), exactly, by passing z through the layers; it shares nothing with `branches`.

        >>> Network([([[2]], [1]), ([[1]], [0])], negative_slope="1/5").forward(-1)
        Fraction(-1, 5)
        """
        start, leak = exact(z), fmpq(*self.negative_slope.as_integer_ratio())
        x = fmpq_mat(1, 1, [fmpq(*start.as_integer_ratio())])
        *hidden, last = self._rationals
        for weight, bias in hidden:
            x = weight * x + bias
            x = fmpq_mat(x.nrows(), 1, [v if v >= 0 else leak * v for v in x.entries()])
        y = (last[0] * x + last[1])[0, 0]
        return Fraction(int(y.numer()), int(y.denom()))

    @cached_property
    def _rationals(self) -> list[tuple[fmpq_mat, fmpq_mat]]:
        return [(_rational(weight), _rational(bias[:, None])) for weight, bias in self.layers]


class _Block(NamedTuple):
    """Neighbouring pieces: on (ends[k], ends[k + 1]) unit j is (lines[0, k, j] z + lines[1, k, j]) / scale."""

    ends: list[Exact]
    lines: Ints
    scale: int


def _push(block: _Block, layers: tuple[Layer, ...], leak: Fraction) -> Iterator[Branch]:
    """The pieces of the whole network on `block`: depth first, so that few pieces are held at a time."""
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
    (w, w_powers), (b, b_powers) = _dyadic(weight), _dyadic(bias)
    # 2^finer makes both integral; what `scale` brings for the bias may be more than needed, never less
    finer = max(0, -int(w_powers.min()), -int(b_powers.min()))
    matrix = fmpz_mat(*weight.T.shape, (w << (w_powers + finer)).T.ravel().tolist())
    _, count, units = block.lines.shape
    product = fmpz_mat(2 * count, units, block.lines.ravel().tolist()) * matrix
    lines = np.array([int(x) for x in product.entries()], dtype=object).reshape(2, count, len(weight))
    lines[1] += (b << (b_powers + finer)) * block.scale
    return _Block(block.ends, lines, block.scale << finer)


def _activated(block: _Block, leak: Fraction) -> _Block:
    """The block cut where a unit changes sign, each unit times its slope there."""
    at_ends = _signs(block)
    before, after = at_ends[:-1], at_ends[1:]
    flips = before * after < 0
    ends: list[Exact] = []
    signs: list[Signs] = []
    parents: list[int] = []
    for k, row in enumerate(np.where(before != 0, before, after)):  # zero at both ends: zero between
        roots: dict[Exact, list[int]] = {block.ends[k]: []}
        for j in np.flatnonzero(flips[k]).tolist():
            slope, shift = block.lines[:, k, j]
            roots.setdefault(Fraction(-shift, slope), []).append(j)  # equal rationals are one knot
        for root in sorted(roots):
            row = row.copy()
            row[roots[root]] *= -1
            ends.append(root)
            signs.append(row)
            parents.append(k)
    p, q = leak.as_integer_ratio()
    factors = np.where(np.stack(signs) < 0, np.array(p, dtype=object), np.array(q, dtype=object))
    return _Block([*ends, block.ends[-1]], block.lines[:, parents] * factors, block.scale * q)


def _signs(block: _Block) -> Signs:
    """The sign of each unit at each end, exact: by floats where they prove it, by rationals elsewhere."""
    ends = np.array([_safe_float(end) for end in block.ends])
    # values are continuous: an end may be looked at from either of its pieces
    rows = np.maximum(np.arange(len(ends)) - 1, 0)
    bits = max(int(np.abs(block.lines).max()).bit_length() - 960, 0)
    slopes, shifts = (block.lines >> bits).astype(np.float64)[:, rows]
    with np.errstate(over="ignore", invalid="ignore"):
        steps = slopes * ends[:, None]
        values = steps + shifts
        # With u = 2^-53 the floats are A(1 + d), t(1 + d), C(1 + d), |d| <= u, so the value is off by at most
        # ((1 + u)^4 - 1)(|At| + |C|) < 2^-50 (|steps| + |shifts|); each of A and C lost less than 1 if shifted
        # right. No product underflows, as |A| >= 1 and |t| >= 2^-900 unless zero; inf and NaN compare false.
        slack = 4 * (np.abs(ends[:, None]) + 1) if bits else 0.0
        sure = np.abs(values) > 2.0**-50 * (np.abs(steps) + np.abs(shifts)) + slack
    signs = np.where(sure, np.sign(values), 0).astype(np.int8)
    for i, j in np.argwhere(~sure).tolist():
        slope, shift = block.lines[:, rows[i], j]
        signs[i, j] = _sign(slope, shift, block.ends[i])
    return signs


def _sign(slope: int, shift: int, z: Exact) -> int:
    """The sign of slope z + shift, as a limit at the two infinite ends."""
    if isinstance(z, Fraction):
        value = slope * z.numerator + shift * z.denominator
    else:
        value = (slope if z > 0 else -slope) or shift
    return (value > 0) - (value < 0)


def _safe_float(z: Exact) -> float:
    """z to the nearest float, or NaN where the float filter must not be believed."""
    big = abs(z) > 2**900 or (z != 0 and abs(z) < Fraction(1, 2**900))
    return float("nan") if big else float(z)


def _dyadic(x: Floats) -> tuple[Ints, NDArray[np.int64]]:
    """x = odd * 2^power, entry by entry; zero is 0 * 2^0."""
    fraction, exponent = np.frexp(x)
    whole = np.ldexp(fraction, 53).astype(np.int64)
    zeros = np.frexp((whole & -whole).astype(np.float64))[1] - 1  # trailing zero bits
    zeros = np.where(whole == 0, 0, zeros).astype(np.int64)
    powers = np.where(whole == 0, 0, exponent.astype(np.int64) - 53 + zeros)
    return (whole >> zeros).astype(object), powers.astype(object)


def _rational(x: Floats) -> fmpq_mat:
    return fmpq_mat(*x.shape, [fmpq(*v.as_integer_ratio()) for v in x.ravel().tolist()])


def _negative_slope(activation: str, slope: object) -> Fraction:
    if activation not in ("relu", "leaky_relu"):
        raise DomainError(f"activation = {activation!r} is not piecewise affine: give 'relu' or 'leaky_relu'")
    default = "0.01" if activation == "leaky_relu" else 0
    value = exact(default if slope is None else slope)
    if activation == "relu" and value:
        raise DomainError(f"negative_slope = {value} with 'relu': give 0, or 'leaky_relu' for another slope")
    return value


def _chained(layers: Iterable[tuple[object, object]]) -> tuple[Layer, ...]:
    """The layers as float64 arrays that cannot be written to, with shapes that lead from 1 to 1."""
    chain = tuple(
        (_doubles(weight, 2, f"weight of layer {i}"), _doubles(bias, 1, f"bias of layer {i}"))
        for i, (weight, bias) in enumerate(layers, start=1)
    )
    if not chain:
        raise DomainError("a network of 0 layers: give at least one pair (weight, bias)")
    width = 1
    for i, (weight, bias) in enumerate(chain, start=1):
        if weight.shape[1] != width:
            takes = f"layer {i} has a weight of shape {weight.shape}: its input must be {width} wide"
            raise DomainError(f"{takes}, like {'the line' if i == 1 else f'the output of layer {i - 1}'}")
        if bias.shape != weight.shape[:1]:
            raise DomainError(f"layer {i} has weight {weight.shape} and bias {bias.shape}: give one bias for each output")
        width = len(weight)
    if width != 1:
        raise DomainError(f"layer {len(chain)}, the last, has {width} outputs: a map of the line has 1")
    return chain


def _doubles(x: object, ndim: int, what: str) -> Floats:
    raw = np.asarray(x)
    if raw.dtype.kind not in "fiu":
        raise DomainError(f"{what} has entries of type {raw.dtype}: give real numbers")
    if raw.ndim != ndim or not prod(raw.shape):
        raise DomainError(f"{what} has shape {raw.shape}: give {ndim} dimension{'s' * (ndim > 1)}, none of them 0")
    values = raw.astype(np.float64)
    bad = raw[~(np.isfinite(values) & (values == raw))]
    if bad.size:
        raise DomainError(f"{what} contains {bad[0]}: give finite numbers that float64 holds exactly")
    values.flags.writeable = False
    return values


def _arrays(path: str | PathLike[str]) -> dict[str, NDArray[Any]]:
    expected = "expected an .npz archive of plain arrays named NAME.weight and NAME.bias"
    try:
        if not zipfile.is_zipfile(path):
            raise zipfile.BadZipFile("it is not a zip archive")
        with np.load(path, allow_pickle=False) as archive:
            arrays = cast("dict[str, Any]", {name: archive[name] for name in archive.files})
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise DomainError(f"{path} cannot be read ({error}): {expected}") from error
    if not any(name.endswith(".weight") for name in arrays):
        raise DomainError(f"{path} holds no weights, only {sorted(arrays)}: {expected}")
    return arrays


def _pairs(arrays: Mapping[str, NDArray[Any]]) -> list[tuple[object, object]]:
    names = [name.removesuffix(".weight") for name in arrays if name.endswith(".weight")]
    lonely = {name for name in names if f"{name}.bias" not in arrays}
    lonely |= {name.removesuffix(".bias") for name in arrays if name.endswith(".bias")} - set(names)
    if lonely:
        raise DomainError(f"{sorted(lonely)[0]} has a weight or a bias only: give both")
    return [(arrays[f"{name}.weight"], arrays[f"{name}.bias"]) for name in names]
