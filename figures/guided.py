"""Sampling guided by a discriminator against Langevin dynamics, both started in one of two modes."""

from __future__ import annotations

import math
from typing import Any

import lipbound as lb
from lipbound.adversarial import guided_langevin
from lipbound.chains import langevin

from .record import Verdict
from .style import BLUE, GREEN, ORANGE, RED

TITLE = "Leaving a mode with a discriminator"
PARAMETERS = {"m": [3, 5], "h": 0.5, "time": 60, "heat": [0.1, 0.03], "cooling": 0.5, "first": 0.2, "every": 4}
BOUNDS = ()
PANELS, SIZE, QUICK = (1, 2), (7.4, 3.2), False
COLOURS = (RED, BLUE, ORANGE, GREEN)


def data() -> dict[str, Any]:
    return {"panels": [{"m": m, "curves": curves(m)} for m in PARAMETERS["m"]]}


def curves(m: float) -> dict[str, list[list[float]]]:
    nu, start, h = lb.two_gaussians(m), lb.Gaussian(-m), PARAMETERS["h"]
    steps = round(PARAMETERS["time"] / h)
    found = {"Langevin": seen(langevin(nu, h, steps, start).laws(), nu)}
    for heat in PARAMETERS["heat"]:
        found[f"guided, heat {heat:g}"] = seen(guided_langevin(nu, h, [math.sqrt(2 * heat * h)] * steps, start), nu)
    cooled = [math.sqrt(2 * PARAMETERS["first"] * h / (1 + PARAMETERS["cooling"] * k * h)) for k in range(steps)]
    found["guided, cooled"] = seen(guided_langevin(nu, h, cooled, start), nu)
    return found


def seen(laws: Any, nu: lb.AbstractLaw) -> list[list[float]]:
    """Time and total variation, every few steps."""
    rows = [(k, law) for k, law in enumerate(laws, 1) if k % PARAMETERS["every"] == 0]
    return [[k * PARAMETERS["h"], float(law.tv(nu))] for k, law in rows]


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    for ax, panel in zip(axes, data["panels"], strict=True):
        for colour, (name, rows) in zip(COLOURS, panel["curves"].items(), strict=True):
            ax.plot([t for t, _ in rows], [v for _, v in rows], color=colour, label=name)
        ax.set(title=f"$m={panel['m']}$", xlabel="time", ylabel="total variation", ylim=(0, 0.55))
    axes[0].legend()


def says(data: dict[str, Any]) -> str:
    return (
        f"From N(−m, 1) to two modes at ±m, steps of {PARAMETERS['h']:g}: Langevin dynamics with the data's score, and "
        "x' = x + h D'(x) + noise with the Poisson discriminator (price 1/2) that is best against the law of the "
        f"particles, noise of variance 2 h heat; cooled: heat {PARAMETERS['first']:g}/(1 + t/2). Exact laws throughout."
    )


def final(data: dict[str, Any], panel: int) -> dict[str, float]:
    return {name: rows[-1][1] for name, rows in data["panels"][panel]["curves"].items()}


def claims(data: dict[str, Any]) -> dict[str, bool]:
    near, far = final(data, 0), final(data, 1)
    return {
        "at m = 5 Langevin stays in its mode": far["Langevin"] > 0.49,
        "the guided sampler leaves it": far["guided, cooled"] < 0.2,
        "constant heat keeps it away from the data, more heat farther": (
            near["guided, heat 0.1"] > 0.2 > near["guided, heat 0.03"] > near["guided, cooled"] > 0.01
        ),
    }


def verdict(data: dict[str, Any]) -> Verdict:
    near, far = final(data, 0), final(data, 1)
    return Verdict(
        "Langevin sampling may be guided by a discriminator in place of the score (GANs Settle Scores)",
        f"TV at time {PARAMETERS['time']} from one mode, steps of {PARAMETERS['h']:g}: m = 5 Langevin "
        f"{far['Langevin']:.4f}, guided and cooled {far['guided, cooled']:.4f}; m = 3 {near['Langevin']:.4f} and "
        f"{near['guided, cooled']:.4f}, with constant heat 0.1 {near['guided, heat 0.1']:.4f}, "
        f"with 0.03 {near['guided, heat 0.03']:.4f}",
        "only with noise that is cooled: constant noise leaves a bias",
    )
