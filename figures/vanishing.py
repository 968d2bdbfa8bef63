"""How fast the f-GANs move a generator that misses the data, and what the non-saturating loss mends."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import lipbound as lb
from lipbound.adversarial import GAMES, least_squares_weight, non_saturating_weight, velocity

from .record import Verdict
from .style import BLACK, BLUE, GREEN, ORANGE, PINK, RED, SKY

TITLE = "Vanishing gradients of adversarial games"
PARAMETERS = {"a": [0.25 * k for k in range(1, 29)], "log_r": [-6 + 0.25 * k for k in range(49)], "floor": 1e-12}
BOUNDS = ()
PANELS, SIZE, QUICK = (1, 2), (7.4, 3.2), True
COLOURS = (BLUE, BLACK, PINK, GREEN, RED)


def data() -> dict[str, Any]:
    target, rows = lb.Gaussian(0), PARAMETERS["a"]
    speeds = {game.name: [float(velocity(game, lb.affine(1, -a), target, [0.0])[0]) for a in rows] for game in GAMES}
    speeds["non-saturating"] = [a * float(non_saturating_weight(-a * a / 2)) for a in rows]
    weights = {
        "labels 0, 1, wanted 1": [float(least_squares_weight(u, 0, 1, 1)) for u in PARAMETERS["log_r"]],
        "labels −1, 1, wanted 0": [float(least_squares_weight(u, -1, 1, 0)) for u in PARAMETERS["log_r"]],
    }
    return {"speeds": speeds, "weights": weights}


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    for colour, (name, row) in zip((*COLOURS, ORANGE), data["speeds"].items(), strict=True):
        style = "--" if name in ("non-saturating", "SGAN") else "-"
        axes[0].semilogy(PARAMETERS["a"], [max(v, 1e-300) for v in row], style, color=colour, label=name)
    axes[0].set(xlabel="distance $a$ of generated from real", ylabel="velocity of the generator",
                ylim=(PARAMETERS["floor"], 40))  # fmt: skip
    axes[0].legend(loc="lower left")
    for colour, (name, row) in zip((SKY, RED), data["weights"].items(), strict=True):
        axes[1].plot(PARAMETERS["log_r"], row, color=colour, label=name)
    axes[1].axhline(0, color=BLACK, linewidth=0.6)
    axes[1].set(
        xlabel=r"$\log r$, real over generated", ylabel="least squares: weight of the scores", ylim=(-0.5, 0.62)
    )
    axes[1].legend(loc="upper left")


def says(data: dict[str, Any]) -> str:
    return (
        "Left: velocity at x = −a of a generator N(−a, 1) against data N(0, 1), weight C(r) times the difference a of "
        "the scores, r = e^(−a²/2). Right: the weights of two least-squares games; one changes its sign at r = 1."
    )


def near(a: float, b: float, tol: float = 1e-8) -> bool:
    return math.isclose(a, b, rel_tol=tol)


def claims(data: dict[str, Any]) -> dict[str, bool]:
    a, speeds = PARAMETERS["a"], data["speeds"]
    r = [math.exp(-x * x / 2) for x in a]
    sign, other = (np.array(data["weights"][name]) for name in ("labels −1, 1, wanted 0", "labels 0, 1, wanted 1"))
    u = np.array(PARAMETERS["log_r"])
    return {
        "reverse KL moves by a": all(near(v, x) for v, x in zip(speeds["reverse KL"], a, strict=True)),
        "SGAN moves by a r / (1 + r), not by the printed a r^2 / (1 + r)": all(
            near(v, x * p / (1 + p)) for v, x, p in zip(speeds["SGAN"], a, r, strict=True)
        ),
        "all saturating games but reverse KL vanish": all(
            speeds[name][-1] < 1e-4 for name in ("KL", "Pearson", "squared Hellinger", "SGAN")
        ),
        "the non-saturating loss becomes reverse KL": near(speeds["non-saturating"][-1], a[-1], 1e-9),
        "least squares with labels -1, 1, 0 changes sign at r = 1": bool(
            np.all(sign[u < 0] > 0) and np.all(sign[u > 0] < 0) and np.all(other > 0)
        ),
    }


def verdict(data: dict[str, Any]) -> Verdict:
    k = PARAMETERS["a"].index(6)
    speeds = {name: row[k] for name, row in data["speeds"].items()}
    return Verdict(
        "saturating games have vanishing gradients, the non-saturating loss does not (GANs Settle Scores)",
        f"velocity at a = 6: SGAN {speeds['SGAN']:.1e}, KL {speeds['KL']:.1e}, Pearson {speeds['Pearson']:.1e}, "
        f"Hellinger {speeds['squared Hellinger']:.1e}; reverse KL {speeds['reverse KL']:.0f}, non-saturating "
        f"{speeds['non-saturating']:.4f}; SGAN's weight is r/(1 + r), where Table 1 of "
        "the workshop version prints r²/(1 + r)",
        "for four games of five: reverse KL's does not vanish either",
    )
