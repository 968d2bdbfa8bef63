"""How fast generators settle: quantiles under the Poisson discriminator, linear generators, and Langevin's gap."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import lipbound as lb
from lipbound.adversarial import (
    central_slope,
    flow_distance,
    linear_flow,
    quantile_flow,
    spectral_gap,
    two_state_rate,
)

from .record import Verdict
from .style import BLACK, BLUE, GREEN, ORANGE, RED

TITLE = "How fast adversarial flows settle"
PARAMETERS = {
    "m": [2, 3],
    "times": [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    "modes": [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5],
    "linear": [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3],
    "left": [20, 100, 500],
}
BOUNDS = ()
PANELS, SIZE, QUICK = (1, 3), (9.0, 3.0), False
MEAN, SD = 5, math.sqrt(0.75)


def data() -> dict[str, Any]:
    return {
        "slopes": {str(m): [slope(m, time) for time in PARAMETERS["times"]] for m in PARAMETERS["m"]},
        "left": [float(flow_distance(lb.two_gaussians(5), time, centre=-5)) for time in PARAMETERS["left"]],
        "linear": {kind: [distance(kind, time) for time in PARAMETERS["linear"]] for kind in ("score", "reverse KL")},
        "gaps": [gap(m) for m in PARAMETERS["modes"]],
    }


def slope(m: float, time: float) -> dict[str, float]:
    """T_t'(0) from its closed form, and along the flow."""
    nu = lb.two_gaussians(m)
    return {"closed": central_slope(nu, time), "flow": float(quantile_flow(nu, [0.0], time).slope[0])}


def distance(kind: str, time: float) -> float:
    """W2^2 of a linear generator's law from N(5, 3/4)."""
    a, b = linear_flow(kind, MEAN, SD, time)
    return (a - SD) ** 2 + (b - MEAN) ** 2


def gap(m: float) -> dict[str, float]:
    nu = lb.two_gaussians(m)
    height = float(nu.pdf(0.0))
    found = {"gap": float(spectral_gap(nu)), "flow": height, "floor": math.exp(-m * m)}
    if m > 1:  # at m = 1 there is no valley
        curves = math.sqrt(m * m - 1) / (2 * math.pi)
        found["states"] = float(two_state_rate(nu, -m, m))
        found["quadratic"] = 2 * curves * 2 * math.exp(-m * m / 2)
    return found


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    for colour, m in zip((BLUE, RED), PARAMETERS["m"], strict=True):
        rows = data["slopes"][str(m)][1:]
        axes[0].loglog(PARAMETERS["times"][1:], [r["closed"] for r in rows], color=colour, label=f"$m={m}$")
        axes[0].loglog(PARAMETERS["times"][1:], [r["flow"] for r in rows], ".", color=colour)
        axes[0].axhline(math.exp(m * m / 2), color=colour, linewidth=0.6, linestyle=":")
    axes[0].set(title="$T_t'(0)$ under the Poisson discriminator", xlabel="time", ylabel="slope at the centre")
    for colour, (kind, row) in zip((BLUE, ORANGE), data["linear"].items(), strict=True):
        axes[1].semilogy(PARAMETERS["linear"], row, "o-", color=colour, markersize=3, label=kind)
    axes[1].set(title="linear generator to N(5, 3/4)", xlabel="time", ylabel="$W_2^2$")
    shown = {"gap": ("spectral gap", BLACK), "states": ("two states", BLUE), "quadratic": ("Kramers", RED),
             "flow": ("discriminator's rate", GREEN)}  # fmt: skip
    for name, (label, colour) in shown.items():
        pairs = [(m, r[name]) for m, r in zip(PARAMETERS["modes"], data["gaps"], strict=True) if name in r]
        axes[2].semilogy(
            *zip(*pairs, strict=True), color=colour, label=label, linestyle="--" if name == "states" else "-"
        )
    axes[2].set(title="leaving a mode", xlabel="modes at $\\pm m$", ylabel="rate")
    for ax in axes:
        ax.legend(fontsize=6.5)


def says(data: dict[str, Any]) -> str:
    return (
        "Left: every quantile goes its own way; the slowest is where the map must be steepest. Middle: gradient flows "
        "of a linear generator. Right: the rate at which Langevin diffusion leaves a mode, and p(0), the rate at the "
        "centre under the Poisson discriminator of price 1/2."
    )


def claims(data: dict[str, Any]) -> dict[str, bool]:
    gaps, far = data["gaps"], data["gaps"][-1]
    return {
        "the closed form is the flow's": all(
            math.isclose(r["closed"], r["flow"], rel_tol=1e-7) for rows in data["slopes"].values() for r in rows
        ),
        "the slope grows to that of an exact fit, and no further": all(
            bool(np.all(np.diff([r["closed"] for r in rows]) >= 0))
            and rows[-1]["closed"] <= math.exp(m * m / 2) * (1 + 1e-9)
            for m, rows in zip(PARAMETERS["m"], data["slopes"].values(), strict=True)
        ),
        "score matching converges faster than reverse KL": all(
            a < b for a, b in zip(data["linear"]["score"][1:], data["linear"]["reverse KL"][1:], strict=True)
        ),
        "at m = 5 two states have the gap to one in ten thousand": math.isclose(
            far["gap"], far["states"], rel_tol=1e-4
        ),
        "the quadratic formula is too fast by more than a quarter there": far["quadratic"] > 1.25 * far["gap"],
        "the gap is at least the inverse square of the exact fit's slope": all(r["gap"] >= r["floor"] for r in gaps),
        "the flow leaves a mode in which Langevin diffusion stays": data["left"][-1] < 0.02
        and 0.5 * math.exp(-PARAMETERS["left"][-1] * far["gap"]) > 0.49,
    }


def verdict(data: dict[str, Any]) -> Verdict:
    score, reverse = (data["linear"][kind][PARAMETERS["linear"].index(1)] for kind in ("score", "reverse KL"))
    return Verdict(
        "ScoreGAN converges faster on Gaussians; discriminator-guided sampling needs no noise conditioning "
        "(GANs Settle Scores)",
        f"W2² at time 1: score {score:.4g}, reverse KL {reverse:.4g}; from one mode at m = 5 the Poisson flow is at TV "
        f"{data['left'][-1]:.4f} by time 500, Langevin diffusion forgets at the rate {data['gaps'][-1]['gap']:.5g}",
        "yes",
    )
