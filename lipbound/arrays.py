"""Arrays at the border: numbers of any kind and shape become float64, seeds become generators, the rest is refused."""

from __future__ import annotations

from decimal import Decimal
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import DomainError


def reals(x: ArrayLike, name: str) -> NDArray[np.float64]:
    """The real numbers in x as float64, rounded where they must be, in the same shape; NaN stays NaN.

    Raises DomainError for what is no array of real numbers (strings, complex numbers, None, ragged rows) or has a
    finite number that float64 cannot reach.

    >>> reals([1, 0.5], "y"), reals(2, "y").shape
    (array([1. , 0.5]), ())
    >>> reals("1/2", "y")
    Traceback (most recent call last):
    lipbound.errors.DomainError: y = '1/2' is no array of real numbers: give floats, in any shape
    """
    try:
        raw = np.asarray(x)
        if raw.dtype.kind in "fiu":
            return np.asarray(raw, np.float64)
        if raw.dtype.kind == "O" and all(isinstance(each, Real | Decimal) for each in raw.flat):
            return raw.astype(np.float64)
    except OverflowError as error:
        raise DomainError(f"{name} has a number outside the range of float64, which ends at 1.8e308") from error
    except ValueError:  # rows of unequal length
        pass
    raise DomainError(f"{name} = {_shown(x)} is no array of real numbers: give floats, in any shape")


def together(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both arrays in their common shape. Raises DomainError if they have none.

    >>> together(np.zeros(2), np.ones(()))[1]
    array([1., 1.])
    """
    try:
        first, second = np.broadcast_arrays(a, b)
    except ValueError as error:
        raise DomainError(f"arrays of shapes {a.shape} and {b.shape} do not go together: give equal shapes") from error
    return first, second


def seeded(n: object, rng: np.random.Generator | int) -> np.random.Generator:
    """The generator itself, or one with this seed, for n draws.

    Raises DomainError unless n >= 0 is a whole number, and rng a Generator or a seed >= 0.

    >>> seeded(2, 7).integers(0, 2, 2).shape
    (2,)
    """
    if not isinstance(n, int | np.integer) or n < 0:
        raise DomainError(f"n = {n} is not a number of draws: it must be a whole number, at least 0")
    if isinstance(rng, np.random.Generator):
        return rng
    if not isinstance(rng, int | np.integer) or rng < 0:  # pyright: ignore[reportUnnecessaryIsInstance] - users pass anything
        raise DomainError(f"rng = {rng!r} is neither a numpy Generator nor a seed: give one, or a whole number >= 0")
    return np.random.default_rng(rng)


def _shown(x: object) -> str:
    text = repr(x)
    return text if len(text) <= 60 else f"{text[:57]}..."
