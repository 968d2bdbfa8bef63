"""The layers of a network as users and files give them, checked."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from fractions import Fraction
from os import PathLike
from typing import Any, NamedTuple, cast
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from ..errors import DomainError
from ..exact import exact
from .abstract import Floats

Layer = tuple[Floats, Floats]
Pairs = Iterable[tuple[object, object]]
Path = str | PathLike[str]


class Stored(NamedTuple):
    """What an .npz file says of a network."""

    layers: Pairs
    activation: str
    negative_slope: object
    meta: Mapping[str, Any]


def foreign(path: Path, error: Exception) -> DomainError:
    """What to say of a file that holds something else."""
    expected = "expected an .npz archive with NAME.weight and NAME.bias for each layer"
    return DomainError(f"{path} does not hold a network ({error}): {expected}")


def stored(path: Path, activation: str | None, negative_slope: object) -> Stored:
    """The network in a file; `activation` and `negative_slope` stand in for what the file does not say."""
    try:
        arrays = _arrays(path)
        slope = arrays["negative_slope"].item() if "negative_slope" in arrays else negative_slope
        meta = json.loads(str(arrays.get("meta", "{}")))
        if not isinstance(meta, dict):
            raise ValueError(f"meta = {meta!r} is not a JSON object")
        layers = _pairs(arrays)
    except (ValueError, EOFError, BadZipFile, zlib.error) as error:
        raise foreign(path, error) from error
    if "activation" in arrays:
        activation = str(arrays["activation"])
    elif activation is None and len(layers) > 1:  # a guess here would be another network
        raise DomainError(f"{path} does not say its activation: save activation='relu' or 'leaky_relu' in it")
    return Stored(layers, activation or "relu", slope, cast(Mapping[str, Any], meta))


def leak(activation: str, slope: object) -> Fraction:
    """The slope below zero, exactly: 0 for relu; for leaky_relu as given, else PyTorch's 0.01."""
    if activation not in ("relu", "leaky_relu"):
        raise DomainError(f"activation = {activation!r} is not piecewise affine: give 'relu' or 'leaky_relu'")
    value = exact(slope if slope is not None else "0.01" if activation == "leaky_relu" else 0)
    if activation == "relu" and value:
        raise DomainError(f"negative_slope = {value} with 'relu': give 0, or 'leaky_relu' for another slope")
    return value


def chained(layers: Pairs) -> tuple[Layer, ...]:
    """The layers as float64 arrays that cannot be written to, with shapes that lead from 1 to 1."""
    chain: list[Layer] = []
    width = 1
    for i, layer in enumerate(layers, start=1):
        try:
            weight, bias = layer
        except (TypeError, ValueError) as error:
            raise DomainError(f"layer {i} is {str(layer)[:60]!r}: give a pair (weight, bias)") from error
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
    bad = raw[~np.isfinite(values)]
    if not bad.size and not (raw.dtype.kind == "f" and raw.dtype.itemsize <= 8):
        # as objects, since NumPy would round large integers before it compares them
        bad = raw[values.astype(object) != raw.astype(object)]
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


def _pairs(arrays: Mapping[str, NDArray[Any]]) -> list[tuple[object, object]]:
    """Weight and bias of each layer, in the order of the file."""
    names = dict.fromkeys(key.rpartition(".")[0] for key in arrays if key.endswith((".weight", ".bias")))
    for name in names:
        if not {f"{name}.weight", f"{name}.bias"} <= arrays.keys():
            raise ValueError(f"{name} has a weight or a bias only")
    return [(arrays[f"{name}.weight"], arrays[f"{name}.bias"]) for name in names]
