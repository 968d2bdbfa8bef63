"""GANs whose generator's slope is prescribed, against the sharp frontier of total variation."""

from __future__ import annotations

from statistics import median
from typing import Any

import numpy as np

import lipbound as lb
from lipbound import bounds

from .measured import column, counted, numbers_of
from .record import Verdict, rises
from .style import BLACK, COLOUR, MARK, NAME, legend

TITLE = "GANs with prescribed slope, m = 5"
PARAMETERS = {"m": 5, "L": np.geomspace(1, 120, 41).round(4).tolist()}
USES = ("measured",)
BOUNDS = (bounds.gap_tv,)
PANELS, SIZE, QUICK = (1, 2), (7.2, 3.0), False
NAMES = ("model", "m", "seed", "L", "slope", "tv", "forced", "left")


def data() -> dict[str, Any]:
    table = [row for row in numbers_of("gan_gp", "gan") if row["m"] == PARAMETERS["m"]]
    target = lb.two_gaussians(PARAMETERS["m"])
    frontier = [lb.valley_frontier(target, L).lower.lo for L in PARAMETERS["L"]]
    dots = [{name: row[name] for name in NAMES} for row in table]
    return {"L": PARAMETERS["L"], "frontier": frontier, "dots": dots, "runs": counted(table)}


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    fit, slopes = axes
    fit.semilogx(data["L"], data["frontier"], color=BLACK, label="sharp frontier")
    for model in ("gan", "gan_gp"):
        drawn = {name: column(data["dots"], name, model=model) for name in NAMES}
        fit.plot(drawn["slope"], drawn["tv"], MARK[model], color=COLOUR[model], markersize=4, label=NAME[model])
    fit.set(xlabel="Lipschitz constant", ylabel="total variation", ylim=(0, 1))
    legend(fit, loc="lower left")
    asked = column(data["dots"], "L", model="gan_gp")
    slopes.plot([1, 24], [1, 24], color=BLACK, linewidth=0.8, label="as prescribed")
    slopes.plot(asked, column(data["dots"], "slope", model="gan_gp"), MARK["gan_gp"], color=COLOUR["gan_gp"],
                markersize=4, label="exact $L$")  # fmt: skip
    if not asked:
        slopes.text(12, 6, "no run yet", ha="center")
    slopes.set(xlabel="prescribed $L$", ylabel="exact $L$")
    legend(slopes)


def says(data: dict[str, Any]) -> str:
    return (
        f"Left: total variation of {data['runs']} at m = 5 over the least that any map of that slope can have "
        "(proved). Right: the slope asked for by the penalty and the slope obtained."
    )


def claims(data: dict[str, Any]) -> dict[str, bool]:
    return {
        "no GAN is below the frontier": all(row["tv"] >= row["forced"] - 1e-9 for row in data["dots"]),
        "the frontier falls": all(a >= b - 1e-9 for a, b in zip(data["frontier"], data["frontier"][1:], strict=False)),
    }


def verdict(data: dict[str, Any]) -> Verdict:
    rows = [row for row in data["dots"] if row["model"] == "gan_gp"]
    claim = "the smaller the prescribed slope, the worse the fit"
    if not rows:
        plain = median(row["tv"] for row in data["dots"])
        return Verdict(claim, f"no run with penalty yet; plain GANs at m = 5 have median TV {plain:.3f}", "open")
    off = median(row["slope"] / row["L"] for row in rows)
    lost = sorted({row["L"] for row in rows if min(row["left"], 1 - row["left"]) < 0.1})
    best = ", ".join(f"{L}: {min(column(rows, 'tv', L=L)):.3f}" for L in sorted({row["L"] for row in rows}))
    return Verdict(
        claim,
        f"the exact slope is {off:.2f} of the one asked for (median); least TV by L {best}; a mode has less than a "
        f"tenth of the mass at L = {', '.join(map(str, lost)) or 'none'}",
        rises((row["L"], -row["tv"]) for row in rows) + " of runs",
    )
