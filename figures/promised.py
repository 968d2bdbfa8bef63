"""The bounds on total variation and relative entropy against the values measured."""

from __future__ import annotations

from statistics import median
from typing import Any

from lipbound import bounds

from .measured import column, counted, numbers_of
from .record import Verdict
from .style import BLACK, COLOUR, MARK, NAME

TITLE = "Bounds and measured divergences"
PARAMETERS = {"floor": 1e-4}
USES = ("measured",)
BOUNDS = (bounds.gap_tv, bounds.gap_kl)
PANELS, SIZE, QUICK = (1, 2), (7.0, 3.1), True


def data() -> dict[str, Any]:
    table = [row for row in numbers_of("vae", "gan", "gan_gp") if row["m"]]
    names = ("model", "m", "tv", "kl", "gap_tv", "gap_kl")
    return {"dots": [{name: row[name] for name in names} for row in table], "runs": counted(table)}


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    for ax, name in zip(axes, ("tv", "kl"), strict=True):
        for model in NAME:
            x = [max(v, PARAMETERS["floor"]) for v in column(data["dots"], f"gap_{name}", model=model)]
            y = column(data["dots"], name, model=model)
            if x:
                ax.loglog(x, y, MARK[model], color=COLOUR[model], markersize=3, alpha=0.6, label=NAME[model])
        ends = (PARAMETERS["floor"], 1 if name == "tv" else 20)
        ax.loglog(ends, ends, color=BLACK, linewidth=0.8)
        label = "TV" if name == "tv" else "KL, nats"
        ax.set(xlabel=f"bound on {label}", ylabel=f"{label} measured")
    axes[0].legend(loc="lower right")


def says(data: dict[str, Any]) -> str:
    return (
        f"The two formulas above, at the best event found, against exact TV and KL(g#γ ‖ ν) of {data['runs']} with "
        f"m ≥ 1; bounds below {PARAMETERS['floor']:g} are drawn there. On the diagonal a bound is attained."
    )


def claims(data: dict[str, Any]) -> dict[str, bool]:
    return {
        f"the bound on {name} is below what is measured for every generator": all(
            row[f"gap_{name}"] <= row[name] + 1e-9 for row in data["dots"]
        )
        for name in ("tv", "kl")
    }


def verdict(data: dict[str, Any]) -> Verdict:
    wide = [row for row in data["dots"] if row["m"] >= 4]
    parts = [
        f"{NAME[model]} {median(row['gap_' + name] / row[name] for row in wide if row['model'] == model):.2f}"
        for name in ("tv", "kl")
        for model in ("vae", "gan")
    ]
    return Verdict(
        "the bounds on TV and KL are informative (the code has them, no experiment calls them)",
        f"bound over measured value for m ≥ 4, median: TV {parts[0]}, {parts[1]}; KL {parts[2]}, {parts[3]}",
        "for VAEs yes, for GANs hardly",
    )
