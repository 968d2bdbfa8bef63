"""Every option of the numba compiler, and the entry points of SciPy's special functions."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numba
from llvmlite import binding
from numba.core import types
from scipy.special import cython_special


def jit(function: Callable[..., Any]) -> Any:
    """Compile on first use; keep the machine code where the user may write, else compile again next time."""
    return _compile(function)


def leaf(function: Callable[..., Any]) -> Any:
    """`jit` for inner functions that allocate nothing: without reference counts an array argument costs nothing."""
    return _compile(function, _nrt=False)


def _compile(function: Callable[..., Any], **options: bool) -> Any:
    # The NumPy error model turns 1/0 into inf, as IEEE has it; fast-math would break the handling of inf and NaN.
    try:
        return numba.njit(cache=True, error_model="numpy", **options)(function)
    except RuntimeError:  # no folder to cache in: a read-only installation
        return numba.njit(error_model="numpy", **options)(function)


def _special(name: str, symbol: str) -> Any:
    """A SciPy function double -> double by its C entry point; a named symbol, unlike an address, can be cached."""
    capsule = cython_special.__pyx_capi__[symbol]
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype, api.PyCapsule_GetName.argtypes = ctypes.c_char_p, [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    binding.add_symbol(name, api.PyCapsule_GetPointer(capsule, api.PyCapsule_GetName(capsule)))
    return types.ExternalFunction(name, types.float64(types.float64, types.int32))


erfcx = _special("lipbound_erfcx", "__pyx_fuse_1erfcx")  # exp(x^2) erfc(x)
log_ndtr = _special("lipbound_log_ndtr", "__pyx_fuse_1log_ndtr")  # log Phi
ndtri = _special("lipbound_ndtri", "ndtri")  # Phi^-1
ndtri_exp = _special("lipbound_ndtri_exp", "ndtri_exp")  # Phi^-1 o exp
