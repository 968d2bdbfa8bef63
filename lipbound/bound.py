"""A bound: one inequality, declared once; its value, certificate and page follow from the declaration."""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from .enclosure import Enclosure, exactly
from .errors import DomainError
from .exact import INF as INF
from .hypothesis import Hypothesis as Hypothesis
from .hypothesis import Standing
from .instance import Instance
from .laws import AbstractLaw
from .lowering import to_enclosure, to_float
from .maps import AbstractMap
from .parameter import Parameter as Parameter
from .quantity import LIPSCHITZ as LIPSCHITZ
from .quantity import Measured

Letters = dict[str, Any]


class Witness(NamedTuple):
    """An instance with equality, and the event at which the bound reads its letters there."""

    g: AbstractMap
    nu: AbstractLaw
    event: Letters


@dataclass(frozen=True, kw_only=True, repr=False)
class Bound:
    r"""A relation of quantity and formula, for every choice of letters that `read` may take from an instance (g, nu).

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
    quantity: Measured
    formula: sp.Expr
    parameters: tuple[Parameter, ...]
    read: Callable[..., Letters]
    sources: tuple[str, ...]
    provenance: str  # "published" (wording ours) or "derived here"
    witness: Callable[..., Witness] | None = None
    hypotheses: tuple[Hypothesis, ...] = ()  # on the instance, beyond the letters' domains
    incoherent: Callable[[Letters], str] | None = None  # why letters, each in its domain, do not belong together
    rows: tuple[str, ...] = ()
    capped: str = ""  # rows are summed, and the sum is cut to this letter; else the least row counts
    tends: str = ""  # of a limit: where its letters go
    evidence: str = ""  # of a conjecture: on what numbers it rests; a theorem has a proof instead
    relation: ClassVar[str] = ">="
    sign: ClassVar[str] = r"\ge"

    def __call__(self, **letters: ArrayLike | Enclosure) -> Any:
        """The bound as a float, or as an array where letters are arrays."""
        self._complete(letters)
        values = {q.symbol: self._floats(q, letters[q.symbol.name]) for q in self.parameters}
        self._cohere(letters)
        if self.rows:  # on the last axis, behind those of the other letters
            values = {x: v if x.name in self.rows else v[..., None] for x, v in values.items()}
        out = to_float(self.formula, values)
        if self.rows:
            cap = [v[..., 0] for x, v in values.items() if x.name == self.capped]
            out = np.minimum(out.sum(axis=-1), cap[0]) if cap else out.min(axis=-1)
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
        if self.capped:
            total, cap = sum(values[1:], values[0]), self._cap(letters)
            return Enclosure(min(total.lo, cap.lo), min(total.hi, cap.hi), certified and cap.certified)
        return Enclosure(min(v.lo for v in values), min(v.hi for v in values), certified)

    def _floats(self, q: Parameter, given: Any) -> NDArray[np.float64]:
        in_rows = q.symbol.name in self.rows
        return np.array([float(q.admit(value)) for value in given]) if in_rows else q.admit_floats(given)

    def _enclose_one(self, letters: Mapping[str, object]) -> Enclosure:
        admitted = {q.symbol: q.admit(letters[q.symbol.name]) for q in self.parameters}
        value = to_enclosure(self.formula, admitted)
        proved = all(x.certified for x in admitted.values() if isinstance(x, Enclosure))
        return value if proved else Enclosure(value.lo, value.hi, False)

    def _cap(self, letters: Mapping[str, object]) -> Enclosure:
        value = next(q for q in self.parameters if q.symbol.name == self.capped).admit(letters[self.capped])
        return value if isinstance(value, Enclosure) else exactly(value)

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

    def solve(self, letter: sp.Symbol | str, **known: Any) -> Enclosure:
        """The value of one letter at which the bound takes the value given for its quantity, between proved signs.

        Of several solutions, the first that a grid of 400 values meets. DomainError if it meets none.

        >>> from lipbound.bounds import precision
        >>> print(precision.solve("L", mass="0.5", D=2))  # 1 / Phi^-1(3/4)
        1.4826022185056 ± ... (certified)
        """
        from .explore import solve

        return solve(self, str(letter), known)

    def expand(self, letter: sp.Symbol | str, about: Any = sp.oo, order: int = 2) -> sp.Expr:
        """The Taylor polynomial of the formula in one letter, where it is positive; about infinity, in 1/letter.

        >>> from lipbound.bounds import precision
        >>> precision.expand("L", order=1)
        -sqrt(2)*D/(2*sqrt(pi)*L) + 1
        """
        from .explore import expand

        return expand(self, str(letter), about, order)

    def plot(self, letter: sp.Symbol | str, over: ArrayLike, ax: Any = None, **letters: Any) -> Any:
        """Draw the bound over values of one letter; the axes."""
        from .plots import plot_bound

        return plot_bound(self, str(letter), over, ax, **letters)

    @property
    def conjectured(self) -> bool:
        """Is the statement a conjecture, which rests on numerical evidence and has no proof?"""
        return bool(self.evidence)

    def standing(self, case: Instance, **event: Any) -> Standing:
        """What is known of the hypotheses on an instance, taken together; DomainError if one is violated."""
        found = [h.admit(self.name, case, **event) for h in self.hypotheses]
        return Standing.ASSUMED if Standing.ASSUMED in found else Standing.PROVEN

    def latex(self) -> str:
        """The statement as a LaTeX formula."""
        least = r"\min_{\text{rows}} " if self.rows and not self.capped else ""
        body = sp.latex(self.formula)
        if self.capped:
            body = rf"\min\left({self.capped}, \sum_{{\text{{rows}}}} {body}\right)"
        return rf"{self.quantity.latex()} \;{self.sign}\; {least}{body}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        over = f"min({self.capped}, sum over rows of " if self.capped else "min over rows of " * bool(self.rows)
        status = [f"  a CONJECTURE: {self.evidence}"] if self.conjectured else []
        lines = [
            f"{self.name}: {self.says}",
            *status,
            f"  {self.quantity.text()} {self.relation} {over}{self.formula}{')' * bool(self.capped)}",
        ]
        lines += [f"  as {self.tends}"] * bool(self.tends)
        lines += [f"  {q.symbol} in {q.interval}: {q.meaning}" for q in self.parameters]
        lines += [f"  supposes {h.says}" for h in self.hypotheses]
        return "\n".join([*lines, f"  {self.provenance}; uses {'; '.join(self.sources)}"])


class LowerBound(Bound):
    """quantity >= formula.

    >>> from lipbound.bounds import two_modes
    >>> type(two_modes).__name__, two_modes.relation
    ('LowerBound', '>=')
    """


class UpperBound(Bound):
    """quantity <= formula.

    >>> from lipbound.bounds import precision
    >>> type(precision).__name__, precision.relation
    ('UpperBound', '<=')
    """

    relation, sign = "<=", r"\le"


class Identity(Bound):
    """quantity = formula: no interval proves it, disjoint ones refute it."""

    relation, sign = "=", "="


class Limit(Bound):
    """quantity / formula tends to one where letters go as `tends` says: one instance neither proves nor refutes it."""

    relation, sign = "~", r"\sim"


def declared(name: str) -> Bound:
    """The bound declared under this name.

    >>> declared("gap_tv").quantity.text()
    'TV(g#N, nu)'
    """
    from . import bounds

    for each in bounds.ALL:
        if each.name == name:
            return each
    raise DomainError(f"no bound is called {name!r}: there are {', '.join(each.name for each in bounds.ALL)}")
