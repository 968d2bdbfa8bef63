"""Exact densities of trained generators, and of annealed Langevin with trained scores, over their targets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import lipbound as lb
from lipbound import bounds

from .archive import load
from .measured import column, numbers_of, target
from .record import Verdict, numbers, rounded
from .style import BLACK, COLOUR, NAME

TITLE = "Densities of trained models"
PARAMETERS = {"m": [1, 3, 5, 8], "models": ["vae", "gan"], "points": 321}
FILES = ("trained/vae.npz", "trained/gan.npz")
USES = ("measured", "sampled")
BOUNDS = (bounds.gap_tv,)
PANELS, SIZE, QUICK = (3, 4), (8.2, 5.6), False


def data() -> dict[str, Any]:
    table = numbers_of("vae", "gan")
    panels = [panel(model, m) for model in PARAMETERS["models"] for m in PARAMETERS["m"]]
    for each in panels:
        each["tv"] = column(table, "tv", model=each["model"], m=each["m"])
    return {"panels": panels + [noisy(m) for m in PARAMETERS["m"]]}


def panel(model: str, m: int) -> dict[str, Any]:
    """The target's density, that of the run with seed 0, and the least and greatest over all runs."""
    x = places(m)
    laws = [lb.pushforward(run.g) for run in load(model) if run.meta["m"] == m]  # by seed
    return {"model": model, "m": m, **curves(m, x, [law.pdf(x) for law in laws])}


def noisy(m: int) -> dict[str, Any]:
    """The same for annealed Langevin with the scores of each network."""
    rows = [row for row in numbers("sampled")["sgm"] if row["m"] == m]
    tv = [sum(row["tv"]) / 2 for row in rows]
    return {"model": "sgm", "m": m, "tv": tv, **curves(m, places(m), [row["density"] for row in rows])}


def places(m: int) -> NDArray[np.float64]:
    return np.linspace(-m - 4.0, m + 4.0, PARAMETERS["points"])


def curves(m: int, x: NDArray[np.float64], drawn: list[Any]) -> dict[str, Any]:
    made = {"x": x, "target": target(m, 1).pdf(x)}
    if drawn:
        made |= {"first": drawn[0], "low": np.min(drawn, axis=0), "high": np.max(drawn, axis=0)}
    return {"runs": len(drawn), **{name: rounded(curve, 5) for name, curve in made.items()}}


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    for ax, each in zip(axes, data["panels"], strict=True):
        colour = COLOUR[each["model"]]
        if not each["runs"]:
            ax.set_axis_off()
            continue
        ax.fill_between(each["x"], each["low"], each["high"], color=colour, alpha=0.25, linewidth=0)
        ax.plot(each["x"], each["first"], color=colour, linewidth=0.9)
        ax.plot(each["x"], each["target"], color=BLACK, linewidth=1)
        ax.set_title(f"{NAME[each['model']]}, $m={each['m']}$, {each['runs']} run{'s' * (each['runs'] > 1)}")
        top = (2 if each["model"] == "gan" else 1.25) * max(each["target"])
        ax.set(xticks=[-each["m"], 0, each["m"]], ylim=(0, top), yticks=[])
        ax.spines["left"].set_visible(False)


def says(data: dict[str, Any]) -> str:
    runs = ", ".join(sorted({f"{each['runs']} {NAME[each['model']]}s" for each in data["panels"] if each["runs"]}))
    return (
        "Exact densities, no histogram: black the target, coloured the run with seed 0, shaded the range over all "
        f"runs at that m ({runs}); what is higher than the picture is cut. VAE and GAN: images of N(0, 1), for which "
        "the formula above forbids zero between the modes. SGM: the last of 1000 steps of annealed Langevin with a "
        "trained score, a law known to 2e-6 in total variation."
    )


def middle(each: dict[str, Any]) -> tuple[float, float]:
    """Density of the run and of the target halfway between the modes."""
    at = len(each["x"]) // 2
    return each["first"][at], each["target"][at]


def claims(data: dict[str, Any]) -> dict[str, bool]:
    wide = [each for each in data["panels"] if each["m"] >= 5 and each["model"] != "sgm"]
    return {
        "for m >= 5 each run is above the target halfway between the modes": all(x > y for x, y in map(middle, wide)),
        "for each m >= 3 the GANs' mean TV exceeds the VAEs'": all(
            np.mean(gan["tv"]) > np.mean(vae["tv"])
            for vae, gan in zip(data["panels"][1:4], data["panels"][5:8], strict=True)
        ),
    }


def verdict(data: dict[str, Any]) -> Verdict:
    parts = [
        f"{NAME[each['model']]} m = {each['m']}: {np.mean(each['tv']):.3f}" for each in data["panels"] if each["tv"]
    ]
    return Verdict(
        "trained push-forwards put mass between the modes of a bimodal target",
        f"mean TV over the runs: {'; '.join(parts)}. The GANs' densities are spikes within the modes",
        "yes; but a GAN's distance to the target is mostly not there",
    )
