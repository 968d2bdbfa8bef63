"""Lipschitz constant of trained generators against the distance of the modes, beside what a fit needs."""

from __future__ import annotations

from statistics import median
from typing import Any

import lipbound as lb
from lipbound import bounds

from .measured import column, counted, numbers_of
from .record import Verdict
from .style import BLACK, COLOUR, MARK, NAME

TITLE = "How steep trained generators are, and how steep they would have to be"
PARAMETERS = {"m": list(range(11)), "tv": 0.1, "steps": 16}
USES = ("measured",)
BOUNDS = (bounds.symmetric_fit,)
PANELS, SIZE, QUICK = (1, 1), (5.2, 3.4), True


def data() -> dict[str, Any]:
    table = numbers_of("vae", "gan")
    m = PARAMETERS["m"]
    fit = [bounds.symmetric_fit(m=each, s=1) if each else 1.0 for each in m]
    needed = [below(lb.two_gaussians(each), fit[each]) if each > 1 else None for each in m]
    dots = [{name: row[name] for name in ("model", "m", "slope")} for row in table]
    fine = [each / 20 for each in range(1, 87)]
    curve = [fine, [bounds.symmetric_fit(m=each, s=1) for each in fine]]
    return {"m": m, "fit": fit, "curve": curve, "needed": needed, "dots": dots, "runs": counted(table)}


def below(target: lb.AbstractLaw, fit: float) -> float:
    """The greatest L found, by bisection, at which no map comes closer than the total variation asked for."""
    low, high = 0.5, min(fit, 1e4)
    for _ in range(PARAMETERS["steps"]):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if lb.valley_frontier(target, middle).lower.lo > PARAMETERS["tv"] else (low, middle)
    return low


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    (ax,) = axes
    ax.semilogy(*data["curve"], color=BLACK, label="exact fit: $e^{m^2/2}$")
    known = [(m, L) for m, L in zip(data["m"], data["needed"], strict=True) if L]
    ax.semilogy(*zip(*known, strict=True), "--", color=BLACK, label=f"TV = {PARAMETERS['tv']:g}: sharp frontier")
    for model, side in (("vae", -0.12), ("gan", 0.12)):
        x = [m + side for m in column(data["dots"], "m", model=model)]
        y = column(data["dots"], "slope", model=model)
        ax.semilogy(x, y, MARK[model], color=COLOUR[model], markersize=3, alpha=0.6, label=NAME[model])
    ax.set(xlabel="half distance of the modes, $m$", ylabel="Lipschitz constant", ylim=(0.5, 1e4), xticks=data["m"])
    ax.legend(loc="upper left")


def says(data: dict[str, Any]) -> str:
    return (
        f"Exact Lipschitz constants of {data['runs']} trained on ½N(−m, 1) + ½N(m, 1). Solid: what an exact fit needs, "
        f"the formula above. Dashed: below it no map comes closer than TV = {PARAMETERS['tv']:g} (proved)."
    )


def medians(data: dict[str, Any], model: str) -> dict[int, float]:
    found = {m: column(data["dots"], "slope", model=model, m=m) for m in data["m"]}
    return {m: median(slopes) for m, slopes in found.items() if slopes}


def claims(data: dict[str, Any]) -> dict[str, bool]:
    steep = {(row["m"], row["slope"]) for row in data["dots"]}
    vae = medians(data, "vae")
    return {
        "no generator with m >= 4 is steep enough for an exact fit": all(
            data["fit"][m] > slope for m, slope in steep if m >= 4
        ),
        "the median VAE is steeper at m = 5 than at m = 1": vae[5] > 5 * vae[1],
        "TV = 0.1 at m = 5 needs L > 19.3": 19.3 < data["needed"][5] < 19.5,
    }


def verdict(data: dict[str, Any]) -> Verdict:
    vae, gan = medians(data, "vae"), medians(data, "gan")
    shown = ", ".join(f"{m}: {vae[m]:.1f} and {gan[m]:.1f}" for m in (1, 3, 5, 10) if m in vae and m in gan)
    return Verdict(
        "the Lipschitz constant of trained generators grows with m, and stays far below what a fit needs",
        f"median L of VAE and GAN at m = {shown}; an exact fit needs {data['fit'][3]:.3g} at m = 3 and "
        f"{data['fit'][5]:.3g} at m = 5, TV = 0.1 only {data['needed'][5]:.4g} at m = 5",
        "in part: an exact fit costs a slope exponential in m², TV = 0.1 one that grows like m (by "
        f"{data['needed'][10] - data['needed'][9]:.1f} from 9 to 10)",
    )
