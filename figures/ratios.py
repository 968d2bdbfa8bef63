"""Estimates of relative entropy from classifiers against its exact value: where they fall short, and where not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import lipbound as lb
from lipbound.variational import clipped, fitted, ratio_estimates, separability

from .record import Verdict
from .style import BLACK, BLUE, GREEN, ORANGE, PINK, RED, SKY

TITLE = "Density-ratio estimates and exact KL"
PARAMETERS = {
    "D": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    "bounds": [5, 20],
    "times": [10, 1000],
    "penalty": 0.01,
    "samples": [10, 100, 1000],
    "m": [1, 2, 3, 4, 5],
}
BOUNDS = ()
PANELS, SIZE, QUICK = (1, 3), (9.6, 3.0), False
COLOURS = (BLUE, SKY, RED, ORANGE, GREEN)


def data() -> dict[str, Any]:
    shares = {f"logits to ±{b}": [float(clipped(*pair(D), b)) / (D * D / 2) for D in PARAMETERS["D"]]
              for b in PARAMETERS["bounds"]}  # fmt: skip
    for time in PARAMETERS["times"]:
        shares[f"stopped at {time}"] = [share(D, time=float(time)) for D in PARAMETERS["D"]]
    shares[f"penalty {PARAMETERS['penalty']:g}"] = [share(D, penalty=PARAMETERS["penalty"]) for D in PARAMETERS["D"]]
    apart = {str(n): [float(separability(*pair(D), n)) for D in PARAMETERS["D"]] for n in PARAMETERS["samples"]}
    return {"shares": shares, "apart": apart, "modes": [modes(m) for m in PARAMETERS["m"]]}


def pair(D: float) -> tuple[lb.Gaussian, lb.Gaussian]:
    return lb.Gaussian(D), lb.Gaussian(0)


def share(D: float, **how: Any) -> float:
    """The plug-in estimate of an affine logit over KL = D^2/2; trained to the end without penalty it is one."""
    return float(ratio_estimates(*pair(D), fitted(*pair(D), **how)).plug_in) / (D * D / 2)


def modes(m: float) -> dict[str, float]:
    """Two modes of mean 0 and variance 1 against N(0, 1): mean and variance tell them not apart."""
    scale = 1 / math.sqrt(1 + m * m)
    q, p = lb.two_gaussians(m * scale, scale), lb.Gaussian(0)
    square = ratio_estimates(q, p, fitted(q, p, (lambda x: x, np.square)))
    fourth = ratio_estimates(q, p, fitted(q, p, (np.square, lambda x: x**4)))
    return {
        "kl": float(lb.kl(q, p)),
        "quadratic": float(square.plug_in),
        "quartic": float(fourth.plug_in),
        "bound": float(fourth.donsker_varadhan),
    }


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    for colour, (name, row) in zip(COLOURS, data["shares"].items(), strict=True):
        axes[0].plot(PARAMETERS["D"], row, "o-", color=colour, markersize=2.5, label=name)
    axes[0].axhline(1, color=BLACK, linewidth=0.7)
    axes[0].set(xlabel="distance $D$ of the means", ylabel="estimate over KL", title="logistic classifiers",
                ylim=(0, 1.5), yticks=[0, 0.5, 1])  # fmt: skip
    for colour, (name, row) in zip((BLUE, GREEN, RED), data["apart"].items(), strict=True):
        axes[1].plot(PARAMETERS["D"], row, "o-", color=colour, markersize=2.5, label=f"{name} samples each")
    axes[1].set(xlabel="distance $D$ of the means", ylabel="probability", title="all of one above all of the other",
                ylim=(-0.03, 1.4), yticks=[0, 0.5, 1])  # fmt: skip
    shown = {"kl": BLACK, "quartic": ORANGE, "bound": PINK, "quadratic": BLUE}
    words = ("exact", "plug-in, $x^2$ and $x^4$", "the same, lower bound", "plug-in, $x$ and $x^2$")
    for (name, colour), word in zip(shown.items(), words, strict=True):
        axes[2].plot(PARAMETERS["m"], [r[name] for r in data["modes"]], "o-", color=colour, markersize=2.5, label=word)
    axes[2].set(xlabel="modes at $\\pm m$, scaled", ylabel="KL, nats", title="two modes or one", xticks=PARAMETERS["m"])
    for ax, columns in zip(axes, (2, 1, 1), strict=True):
        ax.legend(loc="upper left", fontsize=6.5, ncols=columns)


def says(data: dict[str, Any]) -> str:
    return (
        "Classifiers trained on the laws themselves, against the exact KL. Left: N(D, 1) and N(0, 1), KL = D²/2, where "
        "the affine logit is the right class. Middle: how probably samples are told apart by a threshold, so that "
        "logits grow without end. Right: two modes of variance one against N(0, 1); the last "
        "plug-in estimate is above KL."
    )


def claims(data: dict[str, Any]) -> dict[str, bool]:
    shares, rows, k = data["shares"], data["modes"], PARAMETERS["D"].index(10)
    names = [f"logits to ±{b}" for b in PARAMETERS["bounds"]]
    return {
        "bounded logits say at most their bound": all(
            shares[name][k] * 50 <= b + 1e-9 for name, b in zip(names, PARAMETERS["bounds"], strict=True)
        ),
        "for distant laws all of these classifiers say less than half of the truth": all(
            row[k] < 0.5 for row in shares.values()
        ),
        "a plug-in estimate may overshoot: stopped at 10, and quartic": shares["stopped at 10"][0] > 1.01
        and rows[-1]["quartic"] > rows[-1]["kl"] + 1e-3,
        "a quadratic logit sees nothing of two modes": all(abs(r["quadratic"]) < 1e-8 for r in rows),
        "the Donsker-Varadhan bound never exceeds KL": all(r["bound"] <= r["kl"] for r in rows),
        "more samples are harder to separate": all(
            a >= b for some, more in zip(data["apart"].values(), [*data["apart"].values()][1:], strict=False)
            for a, b in zip(some, more, strict=True)
        ),
    }  # fmt: skip


def verdict(data: dict[str, Any]) -> Verdict:
    k, last = PARAMETERS["D"].index(6), data["modes"][-1]
    stopped, soon = 18 * data["shares"]["stopped at 1000"][k], data["shares"]["stopped at 10"][0] / 2
    return Verdict(
        "density-ratio estimates of KL underestimate it (Distribution Matching in Variational Inference)",
        f"KL = 18: {stopped:.2f} when stopped at time 1000, {18 * data['shares']['logits to ±5'][k]:.2f} with logits "
        f"to ±5; but KL = 0.5 gives {soon:.4f} at time 10, and {last['kl']:.4f} gives {last['quartic']:.4f} with "
        f"x², x⁴ (lower bound {last['bound']:.4f})",
        "for variational lower bounds yes; for plug-in estimates only as a rule",
    )
