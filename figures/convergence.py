"""How fast samplers with exact scores converge: TV and KL against the number of steps and their length."""

from __future__ import annotations

from itertools import pairwise
from math import log, sqrt
from typing import Any

import lipbound as lb
from lipbound import bounds, chains

from .composed import forced
from .record import Verdict
from .style import BLUE, ORANGE, PINK, RED, SKY, legend

TITLE = "Samplers with exact scores: how fast they converge"
PARAMETERS = {"m": 3, "horizon": 5, "steps": [5, 10, 20, 50, 100, 200, 400, 800], "kernels": [5, 50, 800],
              "langevin": [1, 2], "time": 40, "lengths": [0.4, 0.2, 0.1, 0.05, 0.025],
              "annealed": [3, 5], "each": [1, 3, 10, 30, 100]}  # fmt: skip
USES = ("composed",)
BOUNDS = (bounds.one_valley, bounds.pinsker)
PANELS, SIZE, QUICK = (1, 3), (9.6, 3.3), False
Row = dict[str, Any]


def data() -> Row:
    m, horizon, counts = PARAMETERS["m"], PARAMETERS["horizon"], PARAMETERS["steps"]
    target = lb.two_gaussians(m)
    return {
        "reverse": [row(rate, target) for rate in chains.against_steps(target, horizon, counts)],
        "flow": [flow(target, n) for n in counts[1:]],
        "exact": exact(target),
        "langevin": {str(m): langevin(m) for m in PARAMETERS["langevin"]},
        "annealed": {str(m): annealed(m) for m in PARAMETERS["annealed"]},
    }


def row(rate: chains.Rate, target: lb.AbstractLaw) -> Row:
    return {
        "at": rate.at,
        "tv": [rate.tv.lo, rate.tv.hi],
        "kl": [rate.kl.lo, rate.kl.hi],
        "kl_reversed": [rate.kl_reversed.lo, rate.kl_reversed.hi],
        "step": rate.steepest,
        "log_slope": rate.log_lipschitz.hi,
        "floor": forced(target, rate.log_lipschitz.hi),
    }


def flow(target: lb.AbstractLaw, n: int) -> Row:
    """Euler's method for the probability flow, in n steps."""
    made = chains.euler_flow(target, PARAMETERS["horizon"], n)
    distance, slope = made.tv(target), made.lipschitz().hi
    return {"at": n, "tv": [distance.lo, distance.hi], "floor": forced(target, log(slope))}


def exact(target: lb.AbstractLaw) -> list[Row]:
    """The reverse diffusion by its exact kernels: all that is left is the start, however many steps."""
    laws = [(n, chains.exact_reverse_vp(target, PARAMETERS["horizon"], n).law()) for n in PARAMETERS["kernels"]]
    return [{"at": n, "tv": [d.lo, d.hi]} for n, d in ((n, law.tv(target)) for n, law in laws)]


def langevin(m: float) -> list[Row]:
    """Unadjusted Langevin from N(0, 1)."""
    target = lb.two_gaussians(m)
    found = chains.against_length(target, PARAMETERS["time"], PARAMETERS["lengths"])
    return [row(rate, target) for rate in found]


def annealed(m: float) -> list[Row]:
    """Annealed Langevin on the target of unit variance, ten levels of so many steps each."""
    unit = sqrt(1 + m * m)
    target = lb.two_gaussians(m / unit, 1 / unit)
    found = chains.rates(lambda n: chains.annealed_langevin(target, each=int(n)), PARAMETERS["each"], target)
    return [row(rate, target) for rate in found]


def curve(ax: Any, table: list[Row], name: str, look: str, colour: str, label: str) -> None:
    ax.loglog([r["at"] for r in table], [r[name][1] for r in table], look, color=colour, markersize=3, label=label)


def floor(ax: Any, table: list[Row], look: str, colour: str, label: str) -> None:
    """Where a map of less slope would fit, the floor is zero and leaves the picture."""
    rows = [r for r in table if r["floor"] > 0]
    ax.loglog([r["at"] for r in rows], [r["floor"] for r in rows], look, color=colour, linewidth=0.9, label=label)


def draw(axes: list[Any], data: Row) -> None:
    left, middle, right = axes
    curve(left, data["flow"], "tv", "s-", RED, "TV, Euler, flow")
    floor(left, data["flow"], ":", RED, "its floor")
    curve(left, data["reverse"], "tv", "o-", BLUE, "TV, with noise")
    floor(left, data["reverse"], ":", BLUE, "its floor ")
    curve(left, data["reverse"], "kl", "^--", SKY, "KL(sampler | target)")
    curve(left, data["reverse"], "kl_reversed", "v", PINK, "KL(target | sampler)")
    left.set(xlabel="number of steps", title=f"reverse diffusion, $m={PARAMETERS['m']}$", ylim=(2e-6, 2))
    left.set(ylabel="total variation, KL (nats)")
    legend(left, loc="lower left", fontsize=6.5)
    for m, dark, light in zip(data["langevin"], (BLUE, RED), (SKY, ORANGE), strict=True):
        curve(middle, data["langevin"][m], "tv", "o-", dark, f"TV, $m={m}$")
        curve(middle, data["langevin"][m], "kl", "^--", light, f"KL, $m={m}$")
    middle.set(xlabel="length of a step", title=f"Langevin, time {PARAMETERS['time']}", ylim=(2e-6, 2))
    middle.minorticks_off()
    middle.set_xticks(PARAMETERS["lengths"], [f"{h:g}" for h in PARAMETERS["lengths"]])
    legend(middle, loc="upper left", ncols=2)
    for m, dark, light in zip(data["annealed"], (BLUE, RED), (SKY, ORANGE), strict=True):
        curve(right, data["annealed"][m], "tv", "o-", dark, f"TV, $m={m}$")
        curve(right, data["annealed"][m], "kl", "^--", light, f"KL, $m={m}$")
        floor(right, data["annealed"][m], ":", dark, f"floor, $m={m}$")
    right.set(xlabel="steps for each of ten levels", title="annealed Langevin", ylim=(3e-7, 5))
    legend(right, loc="lower left")


def says(data: Row) -> str:
    return (
        "Exact laws of samplers with exact scores: total variation and KL(sampler ‖ target). Left: the reverse "
        f"diffusion from time {PARAMETERS['horizon']} by Euler and Maruyama, by its exact kernels (below the picture: "
        f"the error of the start, {data['exact'][0]['tv'][1]:.1e}, is all that is left), and Euler's method for the "
        "probability flow; dotted: the least TV that the Lipschitz constant of the composed map allows; with noise it "
        "is zero from the number of steps on where that constant reaches what an exact fit needs. Middle: unadjusted "
        "Langevin from N(0, 1), whose composed constants exceed that everywhere; right: annealed Langevin, dotted the "
        "floor where it is not zero. TV falls like the length of a step, KL like its square (left and middle)."
    )


def halves(table: list[Row], name: str, by: float, within: float) -> bool:
    """Does halving the steps' length divide the last values by so much?"""
    last = [r for r in table if r["at"] >= 50 or r["at"] <= 0.1]
    ratios = [sorted((a[name][1], b[name][1])) for a, b in pairwise(last) if a["at"] in (b["at"] * 2, b["at"] / 2)]
    return bool(ratios) and all(abs(high / low / by - 1) < within for low, high in ratios)


def claims(data: Row) -> dict[str, bool]:
    chained = [*data["reverse"], *(r for table in data["langevin"].values() for r in table)]
    chained += [r for table in data["annealed"].values() for r in table]
    ordered = [data["reverse"], *data["annealed"].values(), *data["langevin"].values()]
    return {
        "every sampler obeys the floor": all(r["floor"] <= r["tv"][1] + 1e-9 for r in [*chained, *data["flow"]]),
        "Pinsker: 2 TV^2 <= KL": all(2 * r["tv"][0] ** 2 <= r["kl"][1] for r in chained),
        "TV and KL fall with more or shorter steps": all(
            a[name][0] > b[name][1] for table in ordered for a, b in pairwise(table) for name in ("tv", "kl")
        ),
        "half the length, half the TV, to 10 %": all(
            halves(table, "tv", 2, 0.1) for table in (data["reverse"], *data["langevin"].values())
        ),
        "half the length, a quarter of the KL, to 10 %": all(
            halves(table, "kl", 4, 0.1) for table in (data["reverse"], *data["langevin"].values())
        ),
        "with noise the sampler needs no floor in the end": data["reverse"][-1]["floor"] == 0.0,
        "both divergences exceed 2 TV^2, and differ": all(
            2 * r["tv"][0] ** 2 <= r["kl_reversed"][1] and abs(r["kl_reversed"][1] - r["kl"][0]) > 0.01 * r["kl"][0]
            for r in data["reverse"]
        ),
        "exact kernels: one law for any number of steps, closer than 800 steps with noise": all(
            r["tv"][1] - data["exact"][0]["tv"][0] < 1e-8 and r["tv"][1] < data["reverse"][-1]["tv"][0]
            for r in data["exact"]
        ),
        "the flow keeps a floor": all(r["floor"] > 0 for r in data["flow"]),
    }


def verdict(data: Row) -> Verdict:
    first, last = data["reverse"][0], data["reverse"][-1]
    parts = [f"m = {m}: TV {table[-1]['tv'][1]:.4f}" for m, table in data["annealed"].items()]
    return Verdict(
        "samplers with noise fit bimodal targets, given enough steps",
        f"m = 3: TV {first['tv'][1]:.3f} with {first['at']} steps, {last['tv'][1]:.5f} with {last['at']}, of order one "
        f"in the step; KL {last['kl'][1]:.1e}, reversed {last['kl_reversed'][1]:.1e}, of order two; exact kernels: TV "
        f"{data['exact'][0]['tv'][1]:.1e} with any number; annealed Langevin with 1000 steps, {', '.join(parts)}",
        "yes",
    )
