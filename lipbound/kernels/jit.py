"""Every option of the numba compiler, the cache of what it made, and the entry points of SciPy's special functions."""

from __future__ import annotations

import ctypes
import hashlib
import math
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numba
from llvmlite import binding, ir
from numba.core import cgutils, types
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.extending import intrinsic

# A digest of the source of every kernel, taken before any other of them is loaded.
SOURCES = hashlib.sha256(
    b"\0".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
).hexdigest()


def jit(function: Callable[..., Any]) -> Any:
    """Compile on first use; keep the machine code where the user may write, else compile again next time."""
    return _compile(function)


def leaf(function: Callable[..., Any]) -> Any:
    """`jit` for inner functions that allocate nothing, hence need no reference counts."""
    return _compile(function, _nrt=False)


def inner(function: Callable[..., Any]) -> Any:
    """`leaf` that becomes part of its caller: to hand over a table costs as much as ten exponentials."""
    return _compile(function, _nrt=False, forceinline=True)


def pure(function: Callable[..., Any]) -> Any:
    """`leaf` whose products and sums may fuse into one rounding, for loops that become vector instructions."""
    return _compile(function, _nrt=False, fastmath={"contract"})


def small(function: Callable[..., Any]) -> Any:
    """`pure` that becomes part of its caller."""
    return _compile(function, _nrt=False, forceinline=True, fastmath={"contract"})


@intrinsic
def fma(typing: Any, x: Any, y: Any, z: Any) -> Any:
    """x y + z, rounded once: with z = -(x y) it gives what rounding the product left out."""

    def built(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), built


@intrinsic
def borrowed(typing: Any, array: Any) -> Any:
    """The array without its count of references, whose every step is atomic, for as long as the caller has it."""

    def built(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = context.make_array(array)(context, builder, arguments[0])
        found.meminfo = cgutils.get_null_value(found.meminfo.type)
        found.parent = cgutils.get_null_value(found.parent.type)
        return found._getvalue()

    return array(array), built


def _compile(function: Callable[..., Any], **options: Any) -> Any:
    # The NumPy error model turns 1/0 into inf, as IEEE has it; more of fast-math would break inf and NaN.
    compiled = numba.njit(error_model="numpy", **options)(function)
    with suppress(RuntimeError):  # numba found no folder to cache in: a read-only installation
        compiled._cache = Cache(function)
    return compiled


class Kept(CompileResultCacheImpl):
    """Machine code beside the digest it was made from: after an edit of any kernel it counts as missing.

    Numba itself looks at one file, and would keep a caller when a function that it calls has changed in another.
    """

    def reduce(self, cres: Any) -> tuple[Any, ...]:
        return SOURCES, *super().reduce(cres)

    def rebuild(self, target_context: Any, payload: tuple[Any, ...]) -> Any:
        return super().rebuild(target_context, payload[1:]) if payload[0] == SOURCES else None


class Cache(FunctionCache):
    """A folder of machine code, of which nothing may depend but time."""

    _impl_class = Kept

    @contextmanager
    def _guard_against_spurious_io_errors(self) -> Iterator[None]:
        # a full disk, a read-only folder, a file cut short or written when kernels had other names: compile instead
        with suppress(OSError):
            try:
                yield
            except (EOFError, UnpicklingError, AttributeError, ImportError):
                self.flush()  # else the next process would stumble over it again


def _special(name: str, symbol: str) -> Any:
    """A SciPy function double -> double by its C entry point; a named symbol, unlike an address, can be cached.

    The call goes through a pointer. It leads to `found` first, as SciPy is slow to import and seldom needed.
    """
    kind = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double, ctypes.c_int)

    def found(x: float, skip: int) -> float:
        try:
            from scipy.special import cython_special

            pointer.value = _address(cython_special.__pyx_capi__[symbol])
            return kind(pointer.value)(x, skip)
        except BaseException:  # nothing can be raised through machine code: no number, and a stop in Python
            interrupt_main()
            return math.nan

    first = kind(found)
    pointer = ctypes.c_void_p(ctypes.cast(first, ctypes.c_void_p).value)
    binding.add_symbol(name, ctypes.addressof(pointer))

    @intrinsic
    def called(typing: Any, x: Any, skip: Any) -> Any:
        def built(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            function = ir.FunctionType(ir.DoubleType(), [ir.DoubleType(), ir.IntType(32)])
            known = builder.module.globals.get(name)
            known = known or ir.GlobalVariable(builder.module, function.as_pointer(), name)
            return builder.call(builder.load(known), arguments)

        return types.float64(types.float64, types.int32), built

    called.pointer = first, pointer  # machine code refers to them
    return called


def _address(capsule: Any) -> int:
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype, api.PyCapsule_GetName.argtypes = ctypes.c_char_p, [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    return api.PyCapsule_GetPointer(capsule, api.PyCapsule_GetName(capsule))


erfcx = _special("lipbound_erfcx", "__pyx_fuse_1erfcx")  # exp(x^2) erfc(x)
log_ndtr = _special("lipbound_log_ndtr", "__pyx_fuse_1log_ndtr")  # log Phi
ndtri = _special("lipbound_ndtri", "ndtri")  # Phi^-1
ndtri_exp = _special("lipbound_ndtri_exp", "ndtri_exp")  # Phi^-1 o exp
