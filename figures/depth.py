"""Lipschitz constant of trained generators against their depth, in the data's units."""

from __future__ import annotations

from statistics import median
from typing import Any

from lipbound import bounds

from .measured import column, counted, numbers_of
from .record import Verdict, rises
from .style import BLACK, COLOUR, MARK, NAME, legend

TITLE = "Deeper generators, m = 5"
PARAMETERS = {"m": 5, "layers": [2, 3, 4, 5, 6]}
USES = ("measured",)
BOUNDS = (bounds.symmetric_fit,)
PANELS, SIZE, QUICK = (1, 2), (7.2, 3.0), True
NAMES = ("model", "layers", "seed", "slope", "tv", "forced")


def data() -> dict[str, Any]:
    table, plain = numbers_of("depth"), [row for row in numbers_of("vae", "gan") if row["m"] == PARAMETERS["m"]]
    return {
        "dots": [{name: row[name] for name in NAMES} for row in table],
        "plain": [{name: row[name] for name in NAMES} for row in plain],
        "runs": counted(table),
        "beside": counted(plain),
    }


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    for ax, name, label in zip(axes, ("slope", "tv"), ("Lipschitz constant", "total variation"), strict=True):
        for model, side in (("vae", -0.1), ("gan", 0.1)):
            deep = [n + side for n in column(data["dots"], "layers", model=model)]
            style = {"color": COLOUR[model], "markersize": 4, "linestyle": ""}
            ax.plot(deep, column(data["dots"], name, model=model), MARK[model], **style, label=NAME[model])
            flat = column(data["plain"], name, model=model)
            ax.plot([3 + 2.5 * side] * len(flat), flat, MARK[model], **style, fillstyle="none", alpha=0.6,
                    label=f"{NAME[model]}, data as they are")  # fmt: skip
        ax.set(xlabel="linear layers", ylabel=label, xticks=PARAMETERS["layers"], xlim=(1.5, 6.5), yscale="log")
    if not data["dots"]:
        axes[0].text(4.5, 30, "depth study: no run yet", ha="center")
    axes[1].minorticks_off()
    axes[1].set_yticks([0.05, 0.1, 0.2, 0.5, 1], ["0.05", "0.1", "0.2", "0.5", "1"])
    axes[0].axhline(26**0.5, color=BLACK, linewidth=0.6, linestyle=":")
    legend(axes[1])


def says(data: dict[str, Any]) -> str:
    return (
        f"Full marks: the depth study, {data['runs']}, trained on data divided by √26, as in the "
        f"study's code, and shown in the data's own units. Open marks: three layers, data as they are, "
        f"{data['beside']}. Dotted: √26, the slope of the best line. An exact fit needs 268 337."
    )


def claims(data: dict[str, Any]) -> dict[str, bool]:
    return {
        "no generator beats the frontier": all(
            row["tv"] >= row["forced"] - 1e-9 for row in data["dots"] + data["plain"]
        ),
        "none is near an exact fit": all(row["slope"] < bounds.symmetric_fit(m=5, s=1) / 100 for row in data["dots"]),
    }


def verdict(data: dict[str, Any]) -> Verdict:
    claim = "deeper generators are steeper"
    if not data["dots"]:
        return Verdict(claim, "no run yet", "open")
    parts, agree = [], []
    for model in ("vae", "gan"):
        found = {n: column(data["dots"], "slope", model=model, layers=n) for n in PARAMETERS["layers"]}
        shown = ", ".join(f"{n}: {median(slopes):.1f}" for n, slopes in found.items() if slopes)
        parts += [f"{NAME[model]} {shown}"] if shown else []
        runs = [row for row in data["dots"] if row["model"] == model]
        agree += [f"{NAME[model]} {rises((row['layers'], row['slope']) for row in runs)}"] if shown else []
    return Verdict(claim, f"median L by layers: {'; '.join(parts)}", f"{'; '.join(agree)} of runs")
