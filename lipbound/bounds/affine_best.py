"""Where a generator is less steep than every mode is wide: lines are then the best maps there are."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ..bound import INF, Hypothesis, Letters, Parameter
from ..errors import DomainError
from ..exact import extended
from ..instance import Instance
from ..laws import AbstractLaw
from ..symbols import beta
from ._modes import components
from .one_valley import covered, one_valley

Floats = NDArray[np.float64]
ROWS, ROUNDS, HALVINGS, GAP = 32, 40, 60, 1e-9
FAR = 60.0  # of L: farther out no density is told from zero


class Windows(NamedTuple):
    """Rows of centres, and for each a window around them with its mass under nu."""

    c: Floats
    e: Floats
    x: Floats
    y: Floats
    mass: Floats

    def worth(self, centre: Floats, slope: float) -> Floats:
        """What N(centre, slope^2) exceeds nu by on the window."""
        return ndtr((self.y - centre) / slope) - ndtr((self.x - centre) / slope) - self.mass


def edge(nu: AbstractLaw, slope: float, centre: Floats, side: int) -> Floats:
    """How far on this side of its centre an arc is denser than nu: it is so on one interval."""
    near, far = np.zeros(centre.size), np.full(centre.size, FAR * slope)
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        with np.errstate(divide="ignore"):
            log_density = np.log(np.asarray(nu.pdf(centre + side * middle)))
        inside = -((middle / slope) ** 2) / 2 - np.log(slope * np.sqrt(2 * np.pi)) >= log_density
        near, far = np.where(inside, middle, near), np.where(inside, far, middle)
    return near


def windows(nu: AbstractLaw, slope: float, cuts: Floats) -> Windows:
    """For the centres between cuts, where an arc around their middle is denser than nu; one-sided at both ends."""
    c, e = cuts[:-1], cuts[1:]
    middle = (c + e) / 2
    x = np.minimum(middle - edge(nu, slope, middle, -1), np.nextafter(c, -INF))
    y = np.maximum(middle + edge(nu, slope, middle, 1), np.nextafter(e, INF))
    x[0], y[-1] = -INF, INF
    return Windows(c, e, x, y, np.asarray(nu.mass(x, y, closed="neither")))


def rows(nu: AbstractLaw, slope: float) -> Windows:
    """Rows that cover all centres; halved where they prove too little, until that is nearly the least that is true."""
    cuts = np.linspace(float(nu.ppf(1e-6)), float(nu.ppf(1 - 1e-6)), ROWS + 1)
    for _ in range(ROUNDS):
        found = windows(nu, slope, cuts)
        proved = np.minimum(found.worth(found.c, slope), found.worth(found.e, slope))
        low = proved < np.min(found.worth((found.c + found.e) / 2, slope)) - GAP
        if not low.any():
            break
        cuts = np.sort(np.concatenate([cuts, ((found.c + found.e) / 2)[low]]))
    return windows(nu, slope, cuts)


def read(case: Instance) -> Letters:
    """L, and rows of centres [c, e] with windows (x, y) around them and their mass under nu."""
    if _wide(case, {}) is not True:
        raise DomainError(f"nu = {case.nu} is no mixture of Gaussians of widths L = {case.L} or more")
    found = rows(case.nu, case.slope)
    ends = {name: [extended(float(v)) for v in getattr(found, name)] for name in "cexy"}
    nu = case.nu.certified
    return {
        "L": case.L,
        **ends,
        "beta": [nu.mass(lo, hi, "neither") for lo, hi in zip(ends["x"], ends["y"], strict=True)],
    }


def incoherent(given: Letters) -> str:
    """Each window holds its centres inside, where an atom may be, and the rows cover all of them."""
    for c, e, x, y in zip(*([extended(v) for v in given[name]] for name in "cexy"), strict=True):
        if not x < c <= e < y:
            window, centres = (f"from {float(lo):.6g} to {float(hi):.6g}" for lo, hi in ((x, y), (c, e)))
            return f"the window {window} does not hold its centres, {centres}"
    return covered(given)


def _wide(case: Instance, event: Letters) -> bool | str:
    """Decided exactly."""
    widths = [sd for _, _, sd in components(case.nu)]
    if not widths:
        return f"nu = {case.nu}"
    return min(widths) >= case.L or f"a mode is {float(min(widths)):.6g} wide, and L = {float(case.L):.6g}"


affine_best = replace(
    one_valley,
    name="affine_best",
    says="A generator that is less steep than every mode is wide does no better than a line, the best one.",
    parameters=(*one_valley.parameters[:-1], Parameter(beta, 0, 1, "mass of the open window under nu", "low high")),
    read=read,
    incoherent=incoherent,
    hypotheses=(Hypothesis("nu is a mixture of Gaussians none of which is narrower than L", _wide),),
    sources=one_valley.sources[:2],
)
