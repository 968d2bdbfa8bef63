"""The best map for a given Lipschitz constant, its law, and what of the target it drops."""

from __future__ import annotations

from typing import Any

import numpy as np

import lipbound as lb
from lipbound import bounds

from .record import Verdict, rounded
from .style import BLACK, BLUE, RED

TITLE = "Optimal maps and what they drop"
PARAMETERS = {"m": 3, "L": [1.2, 2, 5, 20], "points": 241}
BOUNDS = (bounds.one_valley,)
PANELS, SIZE, QUICK = (2, 4), (8.2, 3.9), False


def data() -> dict[str, Any]:
    return {"panels": [panel(L) for L in PARAMETERS["L"]]}


def panel(L: float) -> dict[str, Any]:
    """The optimal law and map for one slope, and the masses dropped left and right of the middle."""
    point = lb.frontier(lb.two_gaussians(PARAMETERS["m"]), L)
    x, z = np.linspace(-7, 7, PARAMETERS["points"]), np.linspace(-3.5, 3.5, PARAMETERS["points"])
    curves = {"x": x, "target": point.target.pdf(x), "law": point.law.pdf(x), "z": z, "g": point.primal(z)}
    return {
        "L": L,
        "tv": [point.value.lo, point.value.hi],
        "left": float(point.law.cdf(0)),
        **{name: rounded(np.asarray(values), 5) for name, values in curves.items()},
    }


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    top, bottom = axes[:4], axes[4:]
    for ax, under, each in zip(top, bottom, data["panels"], strict=True):
        x, p, q = (np.array(each[name], float) for name in ("x", "target", "law"))
        ax.fill_between(x, np.minimum(p, q), p, where=p > q, color=RED, alpha=0.45, linewidth=0, label="dropped")
        ax.fill_between(x, p, q, where=q > p, color=BLUE, alpha=0.35, linewidth=0, label="added")
        ax.plot(x, p, color=BLACK, linewidth=1)
        ax.plot(x, q, color=BLUE, linewidth=1)
        ax.set(title=f"$L={each['L']:g}$, TV = {sum(each['tv']) / 2:.4f}", yticks=[], ylim=(0, 0.36))
        under.plot(each["z"], each["g"], color=BLUE)
        under.set(xlabel="$z$", ylim=(-7, 7))
    bottom[0].set_ylabel("$g(z)$")
    top[3].legend(loc="upper center", handlelength=1)


def says(data: dict[str, Any]) -> str:
    return (
        "Above, black the target ½N(−3, 1) + ½N(3, 1), blue the law that comes closest in TV among all images of a "
        "Gaussian under an L-Lipschitz map; red what it drops, light blue what it adds. Below, the map. The target is "
        "symmetric, the best law is not."
    )


def claims(data: dict[str, Any]) -> dict[str, bool]:
    values = {each["L"]: each for each in data["panels"]}
    return {
        "the value at L = 5 is 0.164784": abs(values[5]["tv"][0] - 0.164784) < 1e-6,
        "the value at L = 2 is 0.412564": abs(values[2]["tv"][0] - 0.412564) < 1e-6,
        "each is proved to 2e-6": all(each["tv"][1] - each["tv"][0] < 2e-6 for each in data["panels"]),
        "at L = 2, 5 and 20 the best law leans to one side": all(
            abs(values[L]["left"] - 0.5) > 0.005 for L in (2, 5, 20)
        ),
    }


def verdict(data: dict[str, Any]) -> Verdict:
    shown = ", ".join(f"L = {each['L']:g}: {min(each['left'], 1 - each['left']):.3f}" for each in data["panels"])
    return Verdict(
        "(not in the paper)",
        f"TV-optimal laws of a symmetric target are asymmetric; mass of the lighter side at {shown}",
        "new",
    )
