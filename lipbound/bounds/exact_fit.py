"""The Lipschitz constant that an exact fit needs."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..balls.normal import near_quantile
from ..bound import INF, LIPSCHITZ, Hypothesis, Letters, LowerBound, Parameter, Witness
from ..divergences import tv
from ..events import position, sites
from ..exact import exact
from ..instance import Instance
from ..laws import AbstractLaw, Gaussian
from ..maps import affine
from ..pieces import same
from ..sources import ISOPERIMETRY
from ..symbols import F, Quantile, f, phi

Floats = NDArray[np.float64]
FINE, ZOOMS = 33, 12


def read(case: Instance, at: object = None) -> Letters:
    """Distribution function and density of nu at a point; without one, where the bound is highest."""
    place = exact(tightest(case.nu) if at is None else at)
    nu = case.nu.certified
    return {"F": nu.cdf(place), "f": nu.pdf(place)}


def tightest(nu: AbstractLaw) -> float:
    """The point of the support at which I(F)/f is greatest, found on a logarithmic scale by grids and zooms."""
    grid = sites(nu)
    k = int(np.argmax(log_ratio(nu, grid)))
    best, width = float(grid[k]), float(max(np.diff(grid[max(k - 1, 0) : k + 2])))
    for _ in range(ZOOMS):
        near = best + width * np.linspace(-1, 1, FINE)
        best, width = float(near[int(np.argmax(log_ratio(nu, near)))]), width / 8
    return best


def log_ratio(nu: AbstractLaw, x: Floats) -> Floats:
    """log(I(F)/f), from the smaller tail; -inf where nu has no density."""
    u = position(np.minimum(nu.logcdf(x), nu.logsf(x)))
    density = np.asarray(nu.logpdf(x))
    with np.errstate(invalid="ignore"):
        ratio = -u * u / 2 - np.log(2 * np.pi) / 2 - density
    return np.where(np.isfinite(density) & np.isfinite(u), ratio, -np.inf)


def fits(case: Instance, event: Letters) -> bool | str | None:
    """Proved where both laws are the same table; an exact fit has TV = 0."""
    if same(case.mu.pieces(), case.nu.pieces()):
        return True
    gap = case.measured(tv, certify=True)
    return f"TV(g#N, nu) >= {gap.lo:.6g}" if gap.lo > 0 else None


def witness(F: Any, f: Any) -> Witness:
    """The affine map onto a Gaussian, at the point of level F: the one target that is no harder anywhere."""
    u = near_quantile(exact(F))
    sd = exact(NormalDist().pdf(float(u)) / float(f))
    return Witness(affine(sd), Gaussian(0, sd), {"at": u * sd})


exact_fit = LowerBound(
    name="exact_fit",
    says="A map that pushes a Gaussian onto nu exactly is at least as steep as nu's isoperimetric ratio anywhere.",
    quantity=LIPSCHITZ,
    formula=phi(Quantile(F)) / f,
    parameters=(
        Parameter(F, 0, 1, "nu(-inf, x]"),
        Parameter(f, 0, INF, "density of nu at x"),
    ),
    read=read,
    witness=witness,
    hypotheses=(Hypothesis("g#N = nu", fits),),
    sources=ISOPERIMETRY,
    provenance="derived here",
)
