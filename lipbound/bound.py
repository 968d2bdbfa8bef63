"""A bound: one inequality, declared once; its value, certificate and page follow from the declaration."""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from .divergences import Divergence
from .enclosure import Enclosure
from .errors import DomainError
from .exact import INF as INF
from .exact import Exact, extended
from .instance import Instance
from .laws import AbstractLaw
from .lowering import to_enclosure, to_float
from .maps import AbstractMap

Letters = dict[str, Any]


class LipschitzConstant:
    """Lip(g), the least Lipschitz constant of the generator: what the exact-fit floor bounds."""

    name = "Lip"

    def latex(self) -> str:
        return r"\mathrm{Lip}(g)"

    def text(self) -> str:
        return "Lip(g)"


class Witness(NamedTuple):
    """An instance with equality, and the event at which the bound reads its letters there."""

    g: AbstractMap
    nu: AbstractLaw
    event: Letters


LIPSCHITZ = LipschitzConstant()
Quantity = Divergence | LipschitzConstant


@dataclass(frozen=True)
class Parameter:
    """A letter, the interval it ranges over, and its meaning; `closed` lists the ends that belong to the interval.

    >>> from lipbound.symbols import L
    >>> Parameter(L, 0, INF, "Lipschitz constant of g").admit(-1)
    Traceback (most recent call last):
    lipbound.errors.DomainError: L = -1 is outside (0, inf): Lipschitz constant of g
    """

    symbol: sp.Symbol
    low: float
    high: float
    meaning: str
    closed: str = ""  # "", "low", "high" or "low high"

    def admit(self, x: object) -> Exact | Enclosure:
        """x as an exact number, or the enclosure it is; DomainError if it may lie outside."""
        value = x if isinstance(x, Enclosure) else extended(x)
        lo, hi = (value.lo, value.hi) if isinstance(value, Enclosure) else (value, value)
        if not (self._above(lo) and self._below(hi)):
            raise DomainError(self._outside(x))
        return value

    def admit_floats(self, x: object) -> NDArray[np.float64]:
        """x as float64 numbers of any shape; DomainError if one lies outside."""
        if isinstance(x, (str, Enclosure)) or not np.ndim(x):  # type: ignore[arg-type]
            value = self.admit(x)
            return np.asarray(float(value))
        values = np.asarray([float(extended(v)) for v in np.ravel(np.asarray(x, object))]).reshape(np.shape(x))  # type: ignore[arg-type]
        for v in values.flat:
            if not (self._above(v) and self._below(v)):
                raise DomainError(self._outside(v))
        return values

    def _above(self, x: Exact) -> bool:
        return self.low < x or ("low" in self.closed and self.low == x)

    def _below(self, x: Exact) -> bool:
        return x < self.high or ("high" in self.closed and self.high == x)

    def _outside(self, x: object) -> str:
        shown = f"[{x.lo:.6g}, {x.hi:.6g}]" if isinstance(x, Enclosure) else f"{x}"
        return f"{self.symbol} = {shown} is outside {self.interval}: {self.meaning}"

    @property
    def interval(self) -> str:
        """The admitted interval in the usual notation."""
        left = "[" if "low" in self.closed else "("
        right = "]" if "high" in self.closed else ")"
        return f"{left}{self.low:g}, {self.high:g}{right}"


@dataclass(frozen=True, kw_only=True)
class LowerBound:
    r"""quantity >= formula, for every choice of letters that `read` may take from an instance (g, nu).

    `bound(**letters)` is float64 and broadcasts over arrays; `bound.enclose(**letters)` is certified, and its letters
    may be enclosures. If `rows` names letters, these are sequences of equal length and the bound is the least value
    over the rows. `read(Instance(g, nu), **event)` gives the letters, at the best event found unless one is given;
    `witness(**letters)` is an instance with equality, which may determine some of the letters by the others.

    >>> from lipbound.bounds import two_modes
    >>> round(two_modes(D=4, L=2, a="0.5", b="0.5"), 9)  # 1/2 - Phi(-2)
    0.477249868
    >>> print(two_modes.latex())
    \mathrm{TV}(g_\#\gamma, \nu) \;\ge\; \max\left(0, ...
    """

    name: str
    says: str
    quantity: Quantity
    formula: sp.Expr
    parameters: tuple[Parameter, ...]
    read: Callable[..., Letters]
    sources: tuple[str, ...]
    provenance: str  # "published" (wording ours) or "derived here"
    witness: Callable[..., Witness] | None = None
    supposes: str = ""  # a hypothesis on the instance beyond the letters' domains
    refuses: Callable[[Instance], str] | None = None  # why that hypothesis is proved to fail, or nothing
    proves: Callable[[Instance], bool] | None = None  # is that hypothesis proved?
    incoherent: Callable[[Letters], str] | None = None  # why letters, each in its domain, do not belong together
    rows: tuple[str, ...] = ()

    def __call__(self, **letters: ArrayLike | Enclosure) -> Any:
        """The bound as a float, or as an array where letters are arrays."""
        self._complete(letters)
        values = {q.symbol: self._floats(q, letters[q.symbol.name]) for q in self.parameters}
        self._cohere(letters)
        out = to_float(self.formula, values)
        if self.rows:
            return float(out.min())
        return float(out) if out.ndim == 0 else out

    def enclose(self, **letters: object) -> Enclosure:
        """The bound as an enclosure; certified if the letters are exact or certified themselves."""
        self._complete(letters)
        if not self.rows:
            value = self._enclose_one(letters)
            self._cohere(letters)  # after the letters were admitted, each to its domain
            return value
        table: list[tuple[Any, ...]] = list(zip(*(letters[name] for name in self.rows), strict=True))  # type: ignore[arg-type]
        values = [self._enclose_one({**letters, **dict(zip(self.rows, row, strict=True))}) for row in table]
        self._cohere(letters)
        certified = all(v.certified for v in values)
        return Enclosure(min(v.lo for v in values), min(v.hi for v in values), certified)

    def _floats(self, q: Parameter, given: Any) -> NDArray[np.float64]:
        in_rows = q.symbol.name in self.rows
        return np.array([float(q.admit(value)) for value in given]) if in_rows else q.admit_floats(given)

    def _enclose_one(self, letters: Mapping[str, object]) -> Enclosure:
        admitted = {q.symbol: q.admit(letters[q.symbol.name]) for q in self.parameters}
        value = to_enclosure(self.formula, admitted)
        proved = all(x.certified for x in admitted.values() if isinstance(x, Enclosure))
        return value if proved else Enclosure(value.lo, value.hi, False)

    def _complete(self, letters: Mapping[str, object]) -> None:
        expected = [q.symbol.name for q in self.parameters]
        missing = [name for name in expected if name not in letters]
        unknown = [name for name in letters if name not in expected]
        if missing or unknown:
            wrong = f"misses {', '.join(missing)}" if missing else f"has no letter {', '.join(unknown)}"
            raise DomainError(f"{self.name} {wrong}: its letters are {', '.join(expected)}")
        if self.rows and len({len(letters[name]) for name in self.rows} | {0}) != 2:  # type: ignore[arg-type]
            counts = ", ".join(f"{name}: {len(letters[name])}" for name in self.rows)  # type: ignore[arg-type]
            raise DomainError(f"{self.name} reads rows, as many for each of its letters and at least one, not {counts}")

    def _cohere(self, letters: Mapping[str, object]) -> None:
        reason = self.incoherent(dict(letters)) if self.incoherent else ""
        if reason:
            raise DomainError(f"{self.name}: {reason}")

    def __reduce__(self) -> Any:
        from . import bounds

        if any(self is each for each in bounds.ALL):
            return declared, (self.name,)  # a declaration travels between processes by its name
        return copyreg.__newobj__, (type(self),), self.__dict__  # pyright: ignore[reportAttributeAccessIssue] - untyped

    def latex(self) -> str:
        """The statement as a LaTeX formula."""
        least = r"\min_{\text{rows}} " if self.rows else ""
        return rf"{self.quantity.latex()} \;\ge\; {least}{sp.latex(self.formula)}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __str__(self) -> str:
        lines = [
            f"{self.name}: {self.says}",
            f"  {self.quantity.text()} >= {'min over rows of ' * bool(self.rows)}{self.formula}",
        ]
        lines += [f"  {q.symbol} in {q.interval}: {q.meaning}" for q in self.parameters]
        lines += [f"  supposes {self.supposes}"] if self.supposes else []
        return "\n".join([*lines, f"  {self.provenance}; uses {'; '.join(self.sources)}"])


def declared(name: str) -> LowerBound:
    """The bound declared under this name.

    >>> declared("gap_tv").quantity.text()
    'TV(g#N, nu)'
    """
    from . import bounds

    for each in bounds.ALL:
        if each.name == name:
            return each
    raise DomainError(f"no bound is called {name!r}: there are {', '.join(each.name for each in bounds.ALL)}")
