"""Every trained generator measured: L, TV and KL, the mass it leaves between the modes, and what its L forces."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import lipbound as lb
from lipbound.estimators import misled
from lipbound.frontiers import best_known

from .archive import STUDIES, Trained, load
from .record import numbers

PARAMETERS = {"studies": list(STUDIES), "samples": 50_000}
FILES = tuple(f"trained/{name}.npz" for name in STUDIES)
COUNTED = (
    ("vae", "VAE", "VAEs"),
    ("gan", "GAN", "GANs"),
    ("gan_gp", "GAN with penalty", "GANs with penalty"),
    ("sgm", "score network", "score networks"),
)
Row = dict[str, Any]


def data() -> dict[str, Any]:
    """One row for each generator of each study."""
    return {name: [row(run) for run in load(name)] for name in STUDIES}


def target(m: int, unit: float) -> lb.AbstractLaw:
    """1/2 N(-m, 1) + 1/2 N(m, 1) in units of `unit`."""
    scale = Fraction(unit)
    return lb.two_gaussians(m / scale, 1 / scale) if m else lb.Gaussian(0, 1 / scale)


def row(run: Trained) -> Row:
    """Slopes and lengths in the units of the data; divergences have none."""
    m, unit = run.meta["m"], run.meta.get("scale", 1.0)
    case = lb.Instance(run.g, target(m, unit))
    forced = lb.valley_frontier(case.nu, case.L)
    half = Fraction(m, 2) / Fraction(unit)
    return {
        **{name: run.meta.get(name) for name in ("model", "m", "seed", "L", "layers")},
        "slope": float(case.L) * unit,
        "tv": float(case.measured(lb.tv)),
        "kl": float(case.measured(lb.kl)),
        "kl_reverse": float(lb.kl(case.nu, case.mu)),
        "left": float(case.mu.cdf(0)),
        "gap": float(case.mu.mass(-half, half)) if m else 0.0,
        "forced": max(forced.lower.lo, 0.0),
        **(promised(case, m) if m else {}),
        **(estimated(case, run) if m and unit == 1 else {}),
    }


def least(nu: lb.AbstractLaw, L: float) -> list[float]:
    """What is proved of the least TV of an L-Lipschitz image, from below and from above; [0, 0] where a map fits."""
    if lb.required_lipschitz(nu).hi <= L:
        return [0.0, 0.0]
    lower, upper, _ = best_known(nu, L)
    return [lower.lo, 1.0 if upper is None else upper.hi]


def promised(case: lb.Instance, m: int) -> Row:
    """What the isoperimetric bounds say at the best event."""
    tv, kl = lb.bounds.gap_tv, lb.bounds.gap_kl
    return {"gap_tv": tv(**tv.read(case)), "gap_kl": kl(**kl.read(case))}


def estimated(case: lb.Instance, run: Trained) -> Row:
    """What the study's estimators make of it, from samples drawn with the run's seed."""
    found = misled(case, run.meta["m"], rng=run.meta["seed"])
    names = ("lipschitz_grid", "gap_histogram", "promised_grid", "promised", "tv_histogram")
    return {**{name: getattr(found, name) for name in names}, "false": found.false, "absurd": found.absurd}


def numbers_of(*studies: str) -> list[Row]:
    """The measured generators of these studies."""
    table = numbers("measured")
    return [each for name in studies for each in table[name]]


def column(table: list[Row], name: str, **chosen: Any) -> list[Any]:
    """One number of the rows with these values of other columns."""
    return [each[name] for each in table if all(each[key] == value for key, value in chosen.items())]


def counted(table: list[Row]) -> str:
    """How many runs of each model there are.

    >>> counted([{"model": "vae", "m": 1}, {"model": "vae", "m": 1}, {"model": "gan", "m": 1}])
    '2 VAEs and 1 GAN'
    """
    parts = []
    for model, *names in COUNTED:
        count = len(column(table, "model", model=model))
        parts += [f"{count} {names[count > 1]}"] if count else []
    return " and ".join(parts) or "no run yet"
