"""Score matching does not see the weights of separated modes; what the Poisson discriminator descends does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import lipbound as lb
from lipbound.adversarial import flow_loss, poisson_value

from .record import Verdict
from .style import BLACK, BLUE, GREEN, ORANGE, RED

TITLE = "Score matching is blind to weights"
PARAMETERS = {
    "m": [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6],
    "w": "1/5",
    "far": 4,
    "moved": [1, 2, 5, 10, 20, 30, 40, 45],
}
BOUNDS = ()
PANELS, SIZE, QUICK = (1, 2), (7.4, 3.2), True
KINDS = {"fisher": ("score matching", RED), "flow": ("Cramér–von Mises", BLUE), "tv": ("TV", BLACK),
         "poisson": ("gradient-penalised WGAN", GREEN)}  # fmt: skip


def data() -> dict[str, Any]:
    far = PARAMETERS["far"]
    return {
        "rows": [row(m, PARAMETERS["w"]) for m in PARAMETERS["m"]],
        "moved": [row(far, f"{50 - k}/100") for k in (0, *PARAMETERS["moved"])],
    }


def row(m: float, w: str) -> dict[str, float]:
    generated, real = lb.two_gaussians(m, 1, w), lb.two_gaussians(m)
    found = (
        lb.fisher(generated, real),
        flow_loss(real, generated),
        lb.tv(generated, real),
        poisson_value(real, generated),
    )
    return dict(zip(KINDS, map(float, found), strict=True))


def limit(m: float) -> float:
    """sqrt(pi/2) (sqrt(1 - w) - sqrt(w))^2 m e^(-m^2/2)."""
    w = float(lb.exact(PARAMETERS["w"]))
    return math.sqrt(math.pi / 2) * (math.sqrt(1 - w) - math.sqrt(w)) ** 2 * m * math.exp(-m * m / 2)


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    for name, (label, colour) in KINDS.items():
        axes[0].semilogy(PARAMETERS["m"], [r[name] for r in data["rows"]], color=colour, label=label)
        axes[1].loglog([k / 100 for k in PARAMETERS["moved"]], [r[name] for r in data["moved"][1:]], color=colour)
    axes[0].plot(
        PARAMETERS["m"], [*map(limit, PARAMETERS["m"])], ":", color=ORANGE, label="limit of score matching", zorder=3
    )
    axes[0].set(xlabel="modes at $\\pm m$", ylabel="loss of weights 0.2 and 0.8 for halves", ylim=(1e-8, 3))
    axes[1].set(xlabel=f"mass on the wrong side, $m={PARAMETERS['far']}$", ylabel="loss", ylim=(1e-7, 3))
    axes[0].legend(loc="lower left")


def says(data: dict[str, Any]) -> str:
    return (
        "Two modes at ±m with wrong weights, the data's being equal. Score matching, E(s_g − s_d)², fades like "
        "m e^(−m²/2), dotted; E(F_g − F_d)², what the flow of the Poisson discriminator descends (price 1/2), tends to "
        "(w − 1/2)²/3, and TV to |w − 1/2|."
    )


def claims(data: dict[str, Any]) -> dict[str, bool]:
    last, gap = data["rows"][-1], abs(float(lb.exact(PARAMETERS["w"])) - 0.5)
    ratios = [r["fisher"] / limit(m) for r, m in zip(data["rows"], PARAMETERS["m"], strict=True)]
    return {
        "score matching fades at the stated rate": abs(ratios[-1] - 1) < 0.01 and ratios[3:] == sorted(ratios[3:]),
        "the flow's loss tends to (w - 1/2)^2 / 3": math.isclose(last["flow"], gap**2 / 3, rel_tol=1e-6),
        "total variation tends to |w - 1/2|": math.isclose(last["tv"], gap, rel_tol=1e-6),
        "all four are zero at equal weights": max(data["moved"][0].values()) < 1e-9,
        "at m = 6 score matching sees a millionth of what the flow sees": last["fisher"] < 1e-6 * last["flow"],
        "the losses grow away from equal weights": all(
            bool(np.all(np.diff([r[name] for r in data["moved"]]) > 0)) for name in KINDS
        ),
    }


def verdict(data: dict[str, Any]) -> Verdict:
    row = data["rows"][PARAMETERS["m"].index(5)]
    return Verdict(
        "an optimal generator is one whose score matches that of the data (GANs Settle Scores)",
        f"m = 5, weights 0.2 and 0.8 for halves: score loss {row['fisher']:.2e} at TV {row['tv']:.4f}; E(F_g − F_d)² = "
        f"{row['flow']:.6f}, gradient-penalised WGAN {row['poisson']:.4f}",
        "only if the loss is exactly zero: small score loss says nothing of separated modes' weights",
    )
