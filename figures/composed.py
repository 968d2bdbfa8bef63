"""Samplers with noise, step by step and as one map of all their noises: slopes near one, and their product."""

from __future__ import annotations

from itertools import pairwise
from math import exp, inf, log, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

import lipbound as lb
from lipbound import bounds, chains

from .record import Verdict
from .style import BLACK, BLUE, GREEN, ORANGE, PINK, RED, SKY, legend

TITLE = "Samplers with noise: each step, and all of them together"
PARAMETERS = {"m": [2, 3], "horizon": 4, "steps": [4, 8, 15, 25, 50, 100, 200, 400, 800],
              "annealed": [1, 2, 3, 4, 5, 6], "fixed": 10, "points": 41}  # fmt: skip
BOUNDS = (bounds.one_valley, bounds.noisy_depth, bounds.flow_budget, bounds.sde_exponent, bounds.ode_exponent)
PANELS, SIZE, QUICK = (1, 3), (9.6, 3.3), False
WIDTH = 0.02  # half the interval whose mass tells how steep a map must be there
Row = dict[str, Any]


def data() -> Row:
    return {
        "chains": {str(m): [reversed_in(m, n) for n in PARAMETERS["steps"]] for m in PARAMETERS["m"]},
        "flows": {str(m): [flowed_in(m, n) for n in PARAMETERS["steps"][1:]] for m in PARAMETERS["m"]},
        "limits": {str(m): limits(m) for m in PARAMETERS["m"]},
        "frontier": {str(m): frontier(m) for m in PARAMETERS["m"]},
        "annealed": [annealed(m) for m in PARAMETERS["annealed"]],
    }


def reversed_in(m: float, n: int) -> Row:
    """The reverse diffusion in n steps: its largest step, the composed map, the product of the steps, TV and floor."""
    target = lb.two_gaussians(m)
    chain = chains.reverse_vp(target, PARAMETERS["horizon"], n)
    joint = [chains.steepness(step).joint.hi for step in chain.steps]
    law, composed = chain.law(), chains.log_lipschitz(chain)
    return {
        "steps": n,
        "step": max(joint),
        "composed": [exp(composed.lo), exp(composed.hi)],
        "product": exp(sum(log(max(1.0, each)) for each in joint)),
        "needs": needed(law),
        "tv": [law.tv(target).lo, law.tv(target).hi],
        "floor": forced(target, composed.hi),
    }


def needed(law: chains.ChainLaw) -> float:
    """What a generator of this even law needs: at slope L, N(0, 1) leaves at least P(|Z| < w/L) within w of zero."""
    return WIDTH / NormalDist().inv_cdf(0.5 + law.mass(-WIDTH, WIDTH).hi / 2)


def forced(target: lb.AbstractLaw, log_slope: float) -> float:
    """The least TV of an image with this constant, from below; 0 where a map of less slope fits."""
    slope = exp(log_slope) if log_slope < 700 else inf
    if lb.required_lipschitz(target).lo <= slope:
        return 0.0
    return max(lb.valley_frontier(target, slope).lower.lo, 0.0)


def flowed_in(m: float, n: int) -> Row:
    """Euler's method for the probability flow in n steps."""
    target = lb.two_gaussians(m)
    flow = chains.euler_flow(target, PARAMETERS["horizon"], n)
    slope, distance = flow.lipschitz(), flow.tv(target)
    floor = forced(target, log(slope.hi))
    return {"steps": n, "slope": [slope.lo, slope.hi], "tv": [distance.lo, distance.hi], "floor": floor}


def limits(m: float) -> Row:
    """As steps vanish: the monotone map's slope, the composed map's and the product of the steps'."""
    ode, sde = bounds.ode_exponent(m=m, s=1), bounds.sde_exponent(m=m, s=1)
    return {"monotone": exp(ode), "composed": sde, "product": exp(2 * ode)}


def frontier(m: float) -> list[list[float]]:
    """Slopes, and the least TV there, from below."""
    slopes = np.geomspace(1.3, exp(m * m / 2) * 0.9999, PARAMETERS["points"]).round(6).tolist()
    return [slopes, [forced(lb.two_gaussians(m), log(slope)) for slope in slopes]]


def annealed(m: float) -> Row:
    """Annealed Langevin with exact scores, 1000 steps, on the target of unit variance as in the study."""
    unit = sqrt(1 + m * m)
    target = lb.two_gaussians(m / unit, 1 / unit)
    chain = chains.annealed_langevin(target, tol=1e-7)
    distance = chain.law().tv(target)
    slopes = {"fixed": PARAMETERS["fixed"], "score": max(1, m * m - 1)}  # the score's, in units of the data
    return {
        "m": m,
        "tv": [distance.lo, distance.hi],
        "step": max(chains.steepness(step).joint.hi for step in chain.steps[::100]),
        "digits": chains.log_lipschitz(chain).lo / log(10),
        **{name: forced(lb.two_gaussians(m), log(slope)) for name, slope in slopes.items()},
    }


def draw(axes: list[Any], data: Row) -> None:
    m, (left, middle, right) = "3", axes
    rows, limit = data["chains"][m], data["limits"][m]
    n = [row["steps"] for row in rows]
    left.loglog(n, [row["product"] for row in rows], "v-", color=ORANGE, markersize=3, label="product of the steps")
    left.loglog(n, [row["composed"][1] for row in rows], "o-", color=BLUE, markersize=3, label="composed map")
    left.loglog(n, [row["needs"] for row in rows], "^-", color=GREEN, markersize=3, label="needed for its law")
    left.loglog(n, [row["step"] for row in rows], "s-", color=RED, markersize=3, label="largest step")
    left.axhline(limit["composed"], color=BLUE, linestyle=":", linewidth=0.9)
    left.axhline(limit["product"], color=ORANGE, linestyle=":", linewidth=0.9)
    left.axhline(limit["monotone"], color=BLACK, linestyle=":", linewidth=0.9, label="exact fit needs")
    left.set(xlabel="number of steps", ylabel="Lipschitz constant", ylim=(0.8, 3e6))
    left.set(title=f"reverse diffusion, $m={m}$")
    legend(left, loc="upper left", ncols=2, columnspacing=1, handlelength=1.5)
    for at, chain, flow in zip(data["chains"], (BLUE, SKY), (RED, PINK), strict=True):
        middle.loglog(*data["frontier"][at], color=BLACK, linewidth=0.9, label="least TV at this slope")
        middle.text(0.9 * data["limits"][at]["monotone"], 1e-5, f"$m={at}$", ha="right")
        noisy, smooth = data["chains"][at], data["flows"][at]
        middle.loglog([row["composed"][1] for row in noisy], [row["tv"][0] for row in noisy], "o-", color=chain,
                      markersize=3, label=f"with noise, $m={at}$")  # fmt: skip
        middle.loglog([row["slope"][0] for row in smooth], [row["tv"][0] for row in smooth], "s--", color=flow,
                      markersize=3, label=f"Euler, flow, $m={at}$")  # fmt: skip
    middle.set(xlabel="Lipschitz constant of the whole", ylabel="total variation", title="the floor")
    middle.set(xlim=(0.8, 3e5), ylim=(3e-6, 1))
    legend(middle, loc="lower right")
    table, m_axis = data["annealed"], [row["m"] for row in data["annealed"]]
    right.plot(m_axis, [row["fixed"] for row in table], "^-", color=ORANGE, markersize=3, label="best map, $L=10$")
    right.plot(m_axis, [row["score"] for row in table], "s-", color=RED, markersize=3, label="best map, $L=m^2-1$")
    right.plot(m_axis, [row["tv"][1] for row in table], "o-", color=BLUE, markersize=3, label="annealed Langevin")
    right.set(xlabel="$m$", ylabel="total variation", title="the study's sampler, exact scores", ylim=(0, 0.32))
    right.legend(loc="upper left")


def says(data: Row) -> str:
    last = data["annealed"][-1]
    return (
        f"Left: reverse diffusion from time {PARAMETERS['horizon']}, Euler and Maruyama; dotted: the limits as "
        "steps vanish. Middle: total variation against the Lipschitz constant of the map that takes all the noises to "
        "the last point; both kinds of samplers stay above the least TV at that constant. Right: 1000 steps of "
        f"annealed Langevin, each of constant at most {last['step']:.2f} at m = {last['m']}, composed above "
        f"1e{int(last['digits'])}; best single maps beside it. What its law needs is read off its mass within {WIDTH} "
        "of the middle. Formulas above, in this order: the least TV, what equal steps with noise and a flow's "
        "velocities afford, the limits with noise and without."
    )


def claims(data: Row) -> dict[str, bool]:
    noisy = [row for rows in data["chains"].values() for row in rows]
    flows = [row for rows in data["flows"].values() for row in rows]
    ends = [(data["chains"][m][-1], data["limits"][m]) for m in data["chains"]]
    return {
        "every sampler obeys the floor of its composed map": all(
            row["floor"] <= row["tv"][1] + 1e-9 for row in noisy + flows
        ),
        "the floor is not idle: it is above 0.01 for some with noise and some without": all(
            any(row["floor"] > 0.01 for row in rows) for rows in (noisy, flows)
        ),
        "its law needs <= composed <= product": all(
            r["needs"] <= r["composed"][1] and r["composed"][1] <= r["product"] * (1 + 1e-9) for r in noisy
        ),
        "steps become gentle: at most 1.13 at the end": all(row["step"] <= 1.13 for row, _ in ends),
        "from 50 steps the composed map becomes steeper, and steeper than an exact fit needs": all(
            a["composed"][0] < b["composed"][0] and b["composed"][0] > data["limits"][m]["monotone"]
            for m, rows in data["chains"].items()
            for a, b in pairwise(r for r in rows if r["steps"] >= 50)
        ),
        "composed and product stay below their limits, and come within 30 %": all(
            0.7 * limit[name] < value < limit[name]
            for row, limit in ends
            for name, value in (("composed", row["composed"][1]), ("product", row["product"]))
        ),
        "the flow stays below the monotone map": all(
            row["slope"][0] < data["limits"][m]["monotone"] for m, rows in data["flows"].items() for row in rows
        ),
        "annealed Langevin: TV below 0.016, and below the best map with the score's slope": all(
            row["tv"][1] < min(0.016, row["score"]) for row in data["annealed"]
        ),
    }


def verdict(data: Row) -> Verdict:
    last, slope = data["chains"]["3"][-1], data["limits"]["3"]["monotone"]
    steep = data["annealed"][4]
    return Verdict(
        "diffusion models do not suffer from the limitation",
        f"m = 3, {last['steps']} steps: no step steeper than {last['step']:.3f}, TV {last['tv'][1]:.5f}; the map of "
        f"all noises has the constant {last['composed'][1]:.0f} (an exact fit needs {slope:.2f}). Annealed Langevin "
        f"at m = 5: TV {steep['tv'][1]:.4f}, steps at most {steep['step']:.2f}, composed over 1e{int(steep['digits'])}",
        "for the constants of single steps yes; the composed map obeys the same floor",
    )
