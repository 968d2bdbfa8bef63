"""Floor, frontier, heat-flow upper bound and the exponent of the samplers' flows, on one plot."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import brentq

import lipbound as lb
from lipbound import bounds
from lipbound.maps import affine

from .measured import least
from .record import Verdict
from .style import BLACK, BLUE, GREEN, ORANGE, PINK, RED, SKY

TITLE = "Floor, frontier and what is known to suffice"
PARAMETERS = {"m": 3, "L": np.geomspace(1.05, 140, 33).round(4).tolist(), "weights": ["1/10", "9/10"],
              "reach": [1, 1.5, 2, 2.5, 3, 3.5, 4]}  # fmt: skip
BOUNDS = (bounds.two_modes, bounds.mixture_in_ball, bounds.ode_exponent, bounds.sde_exponent)
PANELS, SIZE, QUICK = (1, 2), (7.6, 3.3), False


def data() -> dict[str, Any]:
    m, target = PARAMETERS["m"], lb.two_gaussians(PARAMETERS["m"])
    return {
        "L": PARAMETERS["L"],
        "floor": [floor(target, L) for L in PARAMETERS["L"]],
        "frontier": [least(target, L) for L in PARAMETERS["L"]],
        "clipped": [clipped(m, L) for L in PARAMETERS["L"]],
        "heat": bounds.mixture_in_ball(R=m, s=1),
        "ode": float(np.exp(bounds.ode_exponent(m=m, s=1))),
        "sde": bounds.sde_exponent(m=m, s=1),
        "reach": PARAMETERS["reach"],
        "fits": [fit(reach) for reach in PARAMETERS["reach"]],
    }


def floor(target: lb.AbstractLaw, L: float) -> float:
    """The two-modes bound at its best pair of half-lines."""
    letters = bounds.two_modes.read(lb.Instance(affine(L), target))
    return bounds.two_modes(**letters)


def clipped(m: float, L: float) -> float:
    """TV of the monotone map with its steep part replaced by the line Lz: the target's law outside, N(0, L^2) inside.

    The two densities cross once between 0 and m, at x, and TV = 2 (P(0 < N(0, L^2) < x) - nu(0, x)).

    >>> round(clipped(3, 5), 6), round(clipped(5, 50), 6), clipped(3, 91)
    (0.170285, 0.033698, 0.0)
    """
    line, target = lb.Gaussian(0, L), lb.two_gaussians(m)
    if target.logpdf(0.0) >= line.logpdf(0.0):
        return 0.0
    x = brentq(lambda y: float(line.logpdf(y)) - float(target.logpdf(y)), 0.0, m, xtol=1e-14)
    return 2 * float(line.mass(0, x) - target.mass(0, x))


def fit(reach: float) -> list[float]:
    """Needed and sufficient for an exact fit of two modes of unequal weight."""
    target = lb.gaussian_mixture(PARAMETERS["weights"], [-reach, reach], [1, 1])
    return [lb.required_lipschitz(target).lo, bounds.mixture_in_ball(R=reach, s=1)]


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    left, right = axes
    left.loglog(data["L"], data["clipped"], color=ORANGE, label="monotone map, clipped")
    left.loglog(data["L"], [high for _, high in data["frontier"]], color=BLUE, label="sharp frontier")
    left.loglog(data["L"], data["floor"], "--", color=RED, label="two half-lines")
    for name, colour, style in (("heat", GREEN, "-"), ("ode", BLACK, ":")):
        label = {"heat": "heat flow: suffices", "ode": "probability flow"}[name]
        left.axvline(data[name], color=colour, linestyle=style, label=label)
    left.set(xlabel="Lipschitz constant", ylabel="total variation", ylim=(1e-5, 1), title=f"$m={PARAMETERS['m']}$")
    left.legend(loc="lower left")
    need, enough = zip(*data["fits"], strict=True)
    right.semilogy(data["reach"], enough, color=GREEN, label="heat flow: suffices")
    right.semilogy(data["reach"], need, "o-", color=SKY, markersize=3, label="needed, weights 1/10 and 9/10")
    even = [bounds.symmetric_fit(m=m, s=1) for m in data["reach"]]
    right.semilogy(data["reach"], even, ":", color=BLACK, label="needed, even weights")
    noisy = [bounds.sde_exponent(m=m, s=1) for m in data["reach"]]
    right.semilogy(data["reach"], noisy, "-.", color=PINK, label="sampler with noise, all steps")
    right.set(xlabel="$m$", ylabel="Lipschitz constant", title="exact fit")
    right.legend(loc="upper left")


def says(data: dict[str, Any]) -> str:
    return (
        "Left, m = 3: what two half-lines force, the sharp frontier (proved from both sides), and the monotone map "
        "with its steep part clipped. At slope 90.02 the heat-flow map fits exactly; the probability-flow ODE "
        "climbs with that very slope. Right: what an exact fit needs and what suffices. Formulas above, in this order: "
        "half-lines, heat flow, ODE, sampler with noise."
    )


def claims(data: dict[str, Any]) -> dict[str, bool]:
    ordered = zip(data["floor"], data["frontier"], data["clipped"], strict=True)
    return {
        "floor <= frontier <= clipped map": all(a <= low + 1e-7 and high <= c + 1e-6 for a, (low, high), c in ordered),
        "the frontier falls": all(a[0] >= b[0] - 1e-9 for a, b in pairwise(data["frontier"])),
        "heat flow and probability flow need the same slope": abs(data["heat"] / data["ode"] - 1) < 1e-9,
        "needed <= sufficient for uneven weights": all(a <= b for a, b in data["fits"]),
        "the sampler with noise is steeper than the monotone map": data["sde"] > data["ode"],
    }


def verdict(data: dict[str, Any]) -> Verdict:
    at = [round(L) for L in data["L"]].index(10) if 10 in [round(L) for L in data["L"]] else len(data["L"]) // 2
    low = data["frontier"][at][0]
    return Verdict(
        "an exact fit needs a slope that grows exponentially",
        f"m = 3: the slope {data['ode']:.2f} is needed and suffices; half-lines give {data['floor'][at]:.5f} of the "
        f"frontier's {low:.5f} at L = {data['L'][at]:.3g}, clipping costs {data['clipped'][at]:.5f}",
        "yes, and it is sharp",
    )
