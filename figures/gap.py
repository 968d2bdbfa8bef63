"""Mass that trained generators leave between the modes, over the isoperimetric bound, both exact."""

from __future__ import annotations

from statistics import median
from typing import Any

import lipbound as lb
from lipbound import bounds

from .measured import column, counted, numbers_of
from .record import Verdict
from .style import BLACK, COLOUR, MARK, NAME

TITLE = "Mass between the modes"
PARAMETERS = {"m": list(range(1, 11))}
USES = ("measured",)
BOUNDS = (bounds.enlargement,)
PANELS, SIZE, QUICK = (1, 2), (7.0, 3.0), True


def data() -> dict[str, Any]:
    table = [row for row in numbers_of("vae", "gan") if row["m"]]
    dots = [{name: row[name] for name in ("model", "m", "gap", "promised")} for row in table]
    wanted = [float(lb.two_gaussians(m).mass(-m / 2, m / 2)) for m in PARAMETERS["m"]]
    return {"m": PARAMETERS["m"], "wanted": wanted, "dots": dots, "runs": counted(table)}


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    for ax, model in zip(axes, ("vae", "gan"), strict=True):
        m = column(data["dots"], "m", model=model)
        ax.semilogy(data["m"], data["wanted"], color=BLACK, label="target")
        ax.semilogy(m, column(data["dots"], "gap", model=model), MARK[model], color=COLOUR[model], markersize=3.5,
                    alpha=0.6, label=NAME[model])  # fmt: skip
        ax.semilogy(m, column(data["dots"], "promised", model=model), "_", color=BLACK, markersize=8, label="bound")
        ax.set(xlabel="$m$", ylabel="mass of $[-m/2, m/2]$", ylim=(2e-3, 0.5), xticks=data["m"])
        ax.legend(loc="upper right")


def says(data: dict[str, Any]) -> str:
    return (
        f"Exact mass of [−m/2, m/2] under {data['runs']}; bars: what the formula above, at r = m, leaves for the gap, "
        "from the exact L and the exact mass p left of it. The target's mass is drawn in full; its curve leaves the "
        "picture below 2e-3."
    )


def shares(data: dict[str, Any], model: str) -> list[float]:
    """How much of the mass in the gap the bound explains."""
    return [row["promised"] / row["gap"] for row in data["dots"] if row["model"] == model and row["m"] >= 4]


def claims(data: dict[str, Any]) -> dict[str, bool]:
    excess = [row["gap"] - row["promised"] for row in data["dots"]]
    return {
        "the bound holds for every generator": min(excess) > -1e-12,
        "for m >= 4 every generator leaves more between the modes than the target": all(
            row["gap"] > data["wanted"][row["m"] - 1] for row in data["dots"] if row["m"] >= 4
        ),
        "for m >= 4 the bound explains more than half of it, in the median": median(shares(data, "gan")) > 0.5,
    }


def verdict(data: dict[str, Any]) -> Verdict:
    parts = [f"{NAME[model]} {100 * median(shares(data, model)):.1f} %" for model in ("vae", "gan")]
    return Verdict(
        "generators leave mass between the modes, close to the isoperimetric bound",
        f"for m ≥ 4 the bound is this part of the mass found (median): {', '.join(parts)}",
        "yes",
    )
