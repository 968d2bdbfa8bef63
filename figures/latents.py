"""How far latent laws leave a generator of bounded Lipschitz constant from two modes, and which latent is best."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

import lipbound as lb
from lipbound.latent import Latent, bimodal, distance, laplace, logistic, normal, odd_distance

from .record import Verdict
from .style import BLACK, BLUE, GREEN, ORANGE, PINK, RED, SKY

TITLE = "Which latent law is best depends on the capacity"
PARAMETERS = {
    "m": 3,
    "odd": [0.6, 90, 120],
    "modes": [0, 1, 1.5, 1.75, 2, 2.25, 2.5, 3],
    "L": [1.5, 1.75, 2, 2.5, 3, 3.2],
}
BOUNDS = ()
PANELS, SIZE, QUICK = (1, 3), (9.0, 3.0), False
COLOURS = (BLACK, SKY, ORANGE, BLUE, GREEN, RED, PINK)
FLOOR = 1e-3


def data() -> dict[str, Any]:
    nu, (low, high, count) = lb.two_gaussians(PARAMETERS["m"]), PARAMETERS["odd"]
    slopes = np.geomspace(low, high, count).round(4).tolist()
    laws = (normal, logistic, laplace, bimodal(1), bimodal(2), bimodal(3))
    odd = {law.name: [float(odd_distance(law, nu, L)) for L in slopes] for law in laws}
    least = {str(a): [float(distance(bimodal(a), nu, L)) for L in PARAMETERS["L"]] for a in PARAMETERS["modes"]}
    return {"L": slopes, "odd": odd, "attained": [attained(law, slopes) for law in laws], "least": least}


def attained(law: Latent, slopes: list[float]) -> bool:
    """Is there one hump for each L, so that the formula is the least over odd maps and no less?"""
    x = np.linspace(0, 12, 2401)
    below = np.asarray(lb.two_gaussians(PARAMETERS["m"]).sf(x))
    for L in slopes:
        gap = np.maximum(below - law.cdf(-x / L), 0)
        falls = np.diff(gap)[np.abs(np.diff(gap)) > 1e-12] < 0
        if np.count_nonzero(np.diff(falls.astype(int)) < 0):
            return False
    return True


def crossings(data: dict[str, Any]) -> tuple[int, int]:
    """How many pairs of latents change places, and of how many."""
    pairs = [np.subtract(a, b) for a, b in combinations(data["odd"].values(), 2)]
    return sum(bool(gap.min() < -1e-6 and gap.max() > 1e-6) for gap in pairs), len(pairs)


def best(data: dict[str, Any]) -> list[float]:
    """The separation of least distance for each L."""
    table = np.array([data["least"][str(a)] for a in PARAMETERS["modes"]])
    return [PARAMETERS["modes"][k] for k in table.argmin(axis=0)]


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    for colour, (name, row) in zip(COLOURS, data["odd"].items(), strict=False):
        axes[0].loglog(data["L"], [max(v, FLOOR / 100) for v in row], color=colour, label=name)
    axes[0].set(title="odd maps", xlabel="Lipschitz constant", ylabel="least total variation", ylim=(FLOOR, 1.3))
    for colour, a in zip(COLOURS, (0, 1.5, 1.75, 2.25, 3), strict=False):
        axes[1].plot(
            PARAMETERS["L"],
            data["least"][str(a)],
            "o-",
            color=colour,
            markersize=3,
            label=f"modes at ±{a:g}" if a else "normal",
        )
    axes[1].set(title="all monotone maps", xlabel="Lipschitz constant", ylabel="least total variation", ylim=(0, 0.62))
    axes[2].plot(PARAMETERS["L"], best(data), "o", color=BLACK, markersize=4)
    axes[2].set(title="the best bimodal latent", xlabel="Lipschitz constant", ylabel="modes at ± this, before scaling")
    for ax in axes[:2]:
        ax.legend(fontsize=6.5, loc="lower left")


def at(data: dict[str, Any], a: float, L: float) -> float:
    return data["least"][str(a)][PARAMETERS["L"].index(L)]


def says(data: dict[str, Any]) -> str:
    return (
        f"Latent laws of variance one, the target two modes at ±{PARAMETERS['m']}. Left: 2 sup (F_latent(x/L) − F(x)), "
        f"attained by an odd map; the curves of {crossings(data)[0]} of {crossings(data)[1]} pairs cross. Middle and "
        "right: the least over all monotone maps, for latents (N(−a, 1) + N(a, 1))/2 scaled to variance one."
    )


def claims(data: dict[str, Any]) -> dict[str, bool]:
    rows = [np.array(row) for row in (*data["odd"].values(), *data["least"].values())]
    return {
        "the distance falls with the capacity": all(bool(np.all(np.diff(row) < 1e-6)) for row in rows),
        "the formula is attained": all(data["attained"]),
        "no two of these latents are ordered": crossings(data)[0] == crossings(data)[1],
        "the best separation grows with the capacity, from none to the data's own": (
            best(data) == sorted(best(data)) and best(data)[0] == 0 and best(data)[-1] == PARAMETERS["m"]
        ),
        "a latent like the data is exact at sqrt(1 + m^2)": at(data, 3, 3.2) < 1.1e-7 < at(data, 0, 3.2),
    }


def verdict(data: dict[str, Any]) -> Verdict:
    return Verdict(
        "latent laws have a distance to the data under bounded capacity, and a data-dependent latent is better "
        "(Complexity Matters)",
        f"TV left at L = 3: {at(data, 0, 3):.4f} from N(0, 1), {at(data, 3, 3):.4f} from modes like the data's; at "
        f"L = 1.5 {at(data, 0, 1.5):.4f} and {at(data, 3, 1.5):.4f}; {crossings(data)[0]} of "
        f"{crossings(data)[1]} pairs cross",
        "only with enough capacity: which latent is best depends on L",
    )
