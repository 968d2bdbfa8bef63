"""The two-stage autoencoder: how the decoder of the first stage shapes the latent law that the second has to decode."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

import lipbound as lb
from lipbound.latent import distance, normal, two_stage

from .record import Verdict, rounded
from .style import BLACK, BLUE, GREEN, RED

TITLE = "A weak decoder first, a strong one after"
PARAMETERS = {"m": 3, "L": [3.2, 3.5, 4, 5, 6, 8, 10, 100], "drawn": [3.2, 6, 100]}
BOUNDS = ()
PANELS, SIZE, QUICK = (1, 3), (9.0, 3.0), False
COLOURS = (BLUE, GREEN, RED)


def data() -> dict[str, Any]:
    nu = lb.two_gaussians(PARAMETERS["m"])
    rows = [stage(nu, L) for L in PARAMETERS["L"]]
    return {"rows": rows, "plain": float(distance(normal, nu, PARAMETERS["L"][0]))}


def stage(nu: lb.AbstractLaw, L: float) -> dict[str, Any]:
    found, row = two_stage(nu, L), {}
    if L in PARAMETERS["drawn"]:
        inner = slice(0, np.searchsorted(found.x, 6.5), 10)
        x, z, slope = found.x[inner], found.encoder[inner], found.slope[inner]
        row = {"x": rounded(x, 6), "z": rounded(z, 6), "slope": rounded(slope, 6)}
        row["density"] = rounded(np.asarray(nu.pdf(x)) / slope, 6)
    numbers = {name: float(getattr(found, name)) for name in ("distortion", "gap", "decoder", "prior")}
    return {"L": L, **numbers, **row}


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    drawn = [row for row in data["rows"] if row["L"] in PARAMETERS["drawn"]]
    for colour, row in zip(COLOURS, drawn, strict=True):
        label = f"$L_1={row['L']:g}$" if row["L"] < 100 else "one stage"
        for ax, x, y in ((axes[0], row["x"], row["slope"]), (axes[1], row["z"], row["density"])):
            ax.plot([-v for v in reversed(x)] + x, [*reversed(y), *y], color=colour, label=label)
    axes[0].set(title="the encoder's slope", xlabel="data $x$", ylabel="$f'(x)$", ylim=(0, None))
    axes[1].set(title="the latent law", xlabel="latent $z$", ylabel="density", xlim=(-2, 2))
    for name, colour, label in (("decoder", BLUE, "latent to data"), ("prior", RED, "N(0, 1) to latent")):
        rows = data["rows"][:-1]
        axes[2].plot([r["L"] for r in rows], [r[name] for r in rows], "o-", color=colour, markersize=3, label=label)
    axes[2].axhline(data["rows"][-1]["decoder"], color=BLACK, linewidth=0.7, linestyle=":", label="one stage")
    axes[2].set(title="what is left to learn", xlabel="$L_1$ of the first decoder", ylabel="Lipschitz constant needed")
    for ax in (axes[0], axes[2]):
        ax.legend()


def says(data: dict[str, Any]) -> str:
    return (
        f"Low-noise autoencoders of two modes at ±{PARAMETERS['m']}: the encoder of least distortion whose inverse has "
        "slope at most L₁. Right: what a second decoder needs to make data of that latent law, and what N(0, 1) needs "
        "to become the latent law; their product is e^(m²/2), whatever L₁ is."
    )


def claims(data: dict[str, Any]) -> dict[str, bool]:
    rows, whole = data["rows"], math.exp(PARAMETERS["m"] ** 2 / 2)
    weak, free = rows[0], rows[-1]
    return {
        "the second decoder needs what the first one had, up to the one-stage value": all(
            math.isclose(row["decoder"], min(row["L"], free["decoder"]), rel_tol=1e-3) for row in rows
        ),
        "its product with the prior's constant is e^(m^2/2)": all(
            math.isclose(row["decoder"] * row["prior"], whole, rel_tol=1e-5) for row in rows
        ),
        "a weaker first decoder costs distortion": all(
            a["distortion"] >= b["distortion"] - 1e-3 for a, b in pairwise(rows)
        ),
        "and it keeps the modes apart": all(row["gap"] >= 2 / row["L"] - 1e-9 for row in rows),
        "N(0, 1) itself leaves a quarter of the mass wrong at the weakest decoder's constant": data["plain"] > 0.25,
        "a weak first decoder more than halves what the second needs": weak["decoder"] < free["decoder"] / 2,
    }


def verdict(data: dict[str, Any]) -> Verdict:
    weak, free = data["rows"][0], data["rows"][-1]
    return Verdict(
        "a latent learnt against a weak auxiliary decoder needs a simpler generator than one learnt in one stage "
        "(Complexity Matters)",
        f"at m = {PARAMETERS['m']} exact data need L = {weak['decoder']:.2f} after two stages, {free['decoder']:.2f} "
        f"after one (from N(0, 1) L = {weak['L']:g} leaves TV {data['plain']:.4f}); but N(0, 1) to the latent "
        f"needs {weak['prior']:.2f} in place of {free['prior']:.2f}, "
        f"product {free['decoder'] * free['prior']:.2f} both times",
        "for the decoder yes; with the prior's sampler included nothing is saved",
    )
