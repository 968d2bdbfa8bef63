"""Arrays at the border: numbers of any kind and shape become float64, or are refused in one sentence."""

from __future__ import annotations

from decimal import Decimal
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import DomainError


def floats(x: ArrayLike, name: str) -> NDArray[np.float64]:
    """The real numbers in x as float64, rounded where they must be, in the same shape; NaN stays NaN.

    Raises DomainError for what is no array of real numbers (strings, complex numbers, None, ragged rows) or has a
    finite number that float64 cannot reach.

    >>> floats([1, 0.5], "y"), floats(2, "y").shape
    (array([1. , 0.5]), ())
    >>> floats("1/2", "y")
    Traceback (most recent call last):
    lipbound.errors.DomainError: y = '1/2' is no array of real numbers: give floats, in any shape
    """
    try:
        raw = np.asarray(x)
        if raw.dtype.kind in "fiub":
            return np.asarray(raw, np.float64)
        if raw.dtype.kind == "O" and all(isinstance(each, Real | Decimal) for each in raw.flat):
            return raw.astype(np.float64)
    except OverflowError as error:
        raise DomainError(f"{name} has a number outside the range of float64, which ends at 1.8e308") from error
    except ValueError:  # rows of unequal length
        pass
    raise DomainError(f"{name} = {_shown(x)} is no array of real numbers: give floats, in any shape")


def _shown(x: object) -> str:
    text = repr(x)
    return text if len(text) <= 60 else f"{text[:57]}..."
