"""f-divergences from one gap: data processing to the cells gap and rest, where the least value is explicit."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy import Integer, Max, Rational, log, sqrt

from ..bound import LowerBound, Parameter
from ..divergences import FDivergence, chi2, hellinger2, js, renyi
from ..quantity import Measured
from ..sources import ISOPERIMETRY
from ..symbols import BinaryKL, beta
from ._gap import PARAMETERS, alpha, reader

Floats = NDArray[np.float64]
SOURCES = (*ISOPERIMETRY, "Salmona22")
u: Any = Max(alpha, beta)  # where the gap is heavier under nu the bound says nothing
LIGHT = (*PARAMETERS[:3], Parameter(beta, 0, 1, "mass of the gap under nu"))


def _gap(
    name: str, of: Measured, formula: Any, worth: Any, parameters: tuple[Parameter, ...] = PARAMETERS
) -> LowerBound:
    return LowerBound(
        name=name,
        says="The mass that an L-Lipschitz image of a Gaussian leaves in a gap is seen by every f-divergence.",
        quantity=of,
        formula=formula,
        parameters=parameters,
        read=reader(worth),
        sources=SOURCES,
        provenance="derived here",
    )


def gap_f(of: FDivergence) -> LowerBound:
    """The gap bound for the f-divergence with this generator, over gaps that the target gives some mass.

    >>> bound = gap_f(FDivergence("LC", "(t - 1)**2 / (2*t + 2)", zero="1/2", slope="1/2", symmetric=True))
    >>> round(bound(p="1/2", r=2, L=1, beta="1/10"), 6)  # 0.37725^2 (1 / 1.15450 + 1 / 2.84550)
    0.173287
    """
    generator: Any = sp.sympify(  # pyright: ignore[reportCallIssue] - SymPy's stubs know no mapping here
        of.formula.text, locals={"t": sp.Symbol("t", positive=True)}, rational=True
    )

    def h(x: Any) -> Any:
        return generator.subs(sp.Symbol("t", positive=True), x)

    formula = beta * h(u / beta) + (1 - beta) * h((1 - u) / (1 - beta))
    return _gap(f"gap_{of.name}", of, formula, _chi2, LIGHT)


def _hellinger(a: Floats, b: Floats) -> Floats:
    return 1 - np.sqrt(a * b) - np.sqrt((1 - a) * (1 - b))


def _jensen(a: Floats, b: Floats) -> Floats:
    middle = (a + b) / 2
    heads = np.where(b > 0, b * np.log(np.where(b > 0, b, 1) / middle), 0.0)
    return (
        a * np.log(a / middle)
        + (1 - a) * np.log((1 - a) / (1 - middle))
        + heads
        + (1 - b) * np.log((1 - b) / (1 - middle))
    )


def _chi2(a: Floats, b: Floats) -> Floats:
    return (a - b) ** 2 / np.where(b > 0, b * (1 - b), np.nan)


def _chi2_reverse(a: Floats, b: Floats) -> Floats:
    return (a - b) ** 2 / (a * (1 - a))


half: Any = (u + beta) / 2
chi: Any = (u - beta) ** 2 / (beta * (1 - beta))
gap_hellinger2 = _gap("gap_hellinger2", hellinger2, 1 - sqrt(u * beta) - sqrt((1 - u) * (1 - beta)), _hellinger)
gap_js = _gap("gap_js", js, (BinaryKL(u, half) + BinaryKL(beta, half)) * Rational(1, 2), _jensen)  # pyright: ignore[reportOperatorIssue] - SymPy mistypes applied functions
gap_chi2 = _gap("gap_chi2", chi2, chi, _chi2, LIGHT)
gap_chi2_reverse = _gap("gap_chi2_reverse", chi2.reversed, (u - beta) ** 2 / (u * (1 - u)), _chi2_reverse)
gap_renyi2 = _gap("gap_renyi2", renyi(2), log(Integer(1) + chi), _chi2, LIGHT)
