"""Both marginals of a VAE are wrong although its posterior is exact: richer encoders cannot mend them."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

import lipbound as lb
from lipbound.variational import VAE, accounts, marginals, optimal_linear

from .record import Verdict, rounded
from .style import BLACK, BLUE, GREEN, RED

TITLE = "Richer posteriors do not mend the marginals"
PARAMETERS = {"m": [1, 2, 3, 4, 5], "noise": ["0.1", "1"], "drawn": [1, 3, 5]}
BOUNDS = ()
PANELS, SIZE, QUICK = (1, 2), (7.4, 3.2), False
COLOURS = (BLUE, GREEN, RED)
TERMS = ("objective", "latent_kl", "visible_kl", "posterior_gap")


def data() -> dict[str, Any]:
    z = np.linspace(-3.5, 3.5, 141)
    densities = {str(m): rounded(marginals(vae(m, PARAMETERS["noise"][0]))[0](z), 6) for m in PARAMETERS["drawn"]}
    return {"rows": [row(m, s2) for s2 in PARAMETERS["noise"] for m in PARAMETERS["m"]], "z": z, "densities": densities}


def vae(m: float, noise: str) -> VAE:
    """Two modes at m and -m, the best affine decoder with this variance of noise, its exact posterior as encoder."""
    s2 = float(noise)
    best = optimal_linear(1 + m * m, s2)
    return VAE(lb.two_gaussians(m), lb.affine(best.c), math.sqrt(best.t2), lb.affine(best.a), math.sqrt(s2))


def row(m: float, noise: str) -> dict[str, Any]:
    books = accounts(vae(m, noise))
    return {"m": m, "noise": noise, **{name: float(getattr(books, name)) for name in TERMS}}


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    z = np.array(data["z"])
    axes[0].plot(z, np.exp(-z * z / 2) / math.sqrt(2 * math.pi), color=BLACK, linewidth=0.9, label="prior")
    for colour, (m, density) in zip(COLOURS, data["densities"].items(), strict=True):
        axes[0].plot(z, density, color=colour, label=f"$q(z)$, $m={m}$")
    axes[0].set(xlabel="latent $z$", ylabel="density", title="encoded data, variance of noise 0.1", ylim=(0, 1.15))
    axes[1].plot(PARAMETERS["m"], column(data, "visible_kl", "1"), "o-", color=RED, markersize=3, label="visible")
    for noise, line in zip(PARAMETERS["noise"], ("o-", "o--"), strict=True):
        label = f"latent, variance of noise {noise}"
        axes[1].plot(PARAMETERS["m"], column(data, "latent_kl", noise), line, color=BLUE, markersize=3, label=label)
    axes[1].set(
        xlabel="modes at $\\pm m$", ylabel="KL, nats", title="mismatch of the marginals", xticks=PARAMETERS["m"]
    )
    for ax in axes:
        ax.legend()


def column(data: dict[str, Any], name: str, noise: str) -> list[float]:
    return [row[name] for row in data["rows"] if row["noise"] == noise]


def says(data: dict[str, Any]) -> str:
    return (
        "VAEs of two modes at ±m with the best affine decoder and, as encoder, its exact posterior: no family of "
        "posteriors could do better. Left: the law of encoded data against the prior. Right: KL(q(z) ‖ p(z)) and "
        "KL(p*(x) ‖ p(x)), the second equal to the whole objective and the same for every noise."
    )


def claims(data: dict[str, Any]) -> dict[str, bool]:
    rows = data["rows"]
    return {
        "the posterior is exact": all(abs(r["posterior_gap"]) < 1e-9 for r in rows),
        "the visible mismatch does not depend on the noise": bool(
            np.allclose(*(column(data, "visible_kl", noise) for noise in PARAMETERS["noise"]), atol=1e-9)
        ),
        "so that all of the objective is visible mismatch": all(
            abs(r["objective"] - r["visible_kl"]) < 1e-9 for r in rows
        ),
        "and the latent mismatch is positive and below it": all(1e-5 < r["latent_kl"] < r["visible_kl"] for r in rows),
        "more separated modes are worse": all(
            a["visible_kl"] < b["visible_kl"] and a["latent_kl"] < b["latent_kl"]
            for a, b in pairwise(rows)
            if a["noise"] == b["noise"]
        ),
    }


def verdict(data: dict[str, Any]) -> Verdict:
    latent, visible = (
        ", ".join(f"{value:.5f}" for value in column(data, name, PARAMETERS["noise"][0]))
        for name in ("latent_kl", "visible_kl")
    )
    return Verdict(
        "richer posteriors do not make the marginals match (Distribution Matching in Variational Inference)",
        f"posterior exact, variance of noise 0.1, m = 1 to 5: latent KL {latent}, visible {visible} nats",
        "yes: the decoder, not the posterior, is what is too poor",
    )
