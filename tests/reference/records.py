"""Every record of values.json to its recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import optima
import plane
import smooth
from oracle import Broken, Law, Real, broken, image, mixture, mp, phi, probit, real
from quantities import (
    binary_kl,
    enlargement,
    exact_fit,
    hellinger2,
    js,
    kl,
    pair_bound,
    paper_bound,
    stretch,
    transport,
    tv,
    tv_frontier,
    w1,
    w2,
)
from samplers import Sampler, diffusion_limit

Recipes = Mapping[str, Callable[[], Real]]


def on_broken_lines(q: Law, inputs: dict[str, Any], given: dict[str, Real]) -> Recipes:
    """Broken lines of one Gaussian, and what needs no map at all."""
    line = inputs.get("map")
    g = broken(line["knots"], line["slopes"], line["anchor"]) if line else Broken((), (), ())
    p = image(g, mixture([1], [0], [1])) if line else Law(())
    return {
        "tv": lambda: tv(p, q),
        "kl_eta_nu": lambda: kl(p, q),
        "kl_nu_eta": lambda: kl(q, p),
        "js": lambda: js(p, q),
        "hellinger2": lambda: hellinger2(p, q),
        "w1": lambda: w1(p, q),
        "w2": lambda: w2(real(*g.slopes), q),
        "lipschitz": lambda: real(max(map(abs, g.slopes))),
        "ot_map": lambda: transport(q, given["z"]),
        "ot_map_derivative": lambda: stretch(q, transport(q, given["z"])),
        "exact_fit_lipschitz": lambda: exact_fit(q),
        "isoperimetric_enlargement": lambda: enlargement(given["p"], given["r_over_L"]),
        "log_isoperimetric_enlargement": lambda: mp.log(enlargement(given["p"], given["r_over_L"])),
        "isoperimetric_profile": lambda: phi(probit(given["t"], 1 - given["t"])),
        "binary_kl": lambda: binary_kl(given["alpha"], given["beta"]),
        "tv_frontier": lambda: tv_frontier(q, given["L"]),
        "w2_frontier": lambda: optima.w2(q, given["L"]),
        "kl_nu_eta_frontier": lambda: optima.kl_to(q, given["L"]),
        "paper_bound_tv": lambda: paper_bound(p, q, given["L"], lambda a, b: a - b),
        "paper_bound_kl_eta_nu": lambda: paper_bound(p, q, given["L"], binary_kl),
        "pair_bound_tv": lambda: pair_bound(q, given["L"], given["a"], given["b"]),
    }


def on_smooth_maps(q: Law, line: dict[str, Any]) -> Recipes:
    p = smooth.image(line)
    return {
        "tv": lambda: smooth.tv(p, q),
        "kl_eta_nu": lambda: smooth.divergence(p, q, forward=True),
        "kl_nu_eta": lambda: smooth.divergence(p, q, forward=False),
    }


def on_linear_maps(target: dict[str, Any], line: dict[str, Any]) -> Recipes:
    """Diagonal maps of the plane and modes on the first axis: products, of which the second factor is normal."""
    s = real(line["A"][1][1])
    p = plane.centred(real(line["A"][0][0]))
    q = mixture(target["weights"], [mean[0] for mean in target["means"]], [target["cov_isotropic_std"]] * 2)
    return {"tv": lambda: plane.product_tv(p, q, s), "kl_eta_nu": lambda: kl(p, q) + plane.normal_kl(s)}


def on_samplers(q: Law, given: Mapping[str, Any]) -> Recipes:
    sampler = Sampler(max(s.mean for s in q.segments), real(given["T"]), given["N"])
    return {"tv": lambda: sampler.tv(q), "composed_lipschitz_vp_sampler": sampler.lipschitz}


def recipes(inputs: dict[str, Any]) -> Recipes:
    """The recipes for a record, by the kind of its map."""
    target, line = inputs.get("target"), inputs.get("map")
    kind = line["type"] if line else "sampler" if "scheme" in inputs else "pl"
    if kind == "linear":
        return on_linear_maps(target, line)
    if kind.startswith("sum_j"):
        return {"lipschitz": lambda: plane.steepest(line["W"], line["b"], line["v"])}
    q = mixture(target["weights"], target["means"], target["stds"]) if target else Law(())
    if kind == "norm":
        return {"tv": lambda: plane.norm_tv(q)}
    if kind in ("sampler", "vp_sampler"):
        return on_samplers(q, line or inputs)
    if kind == "pl":
        given = {k: real(v) for k, v in inputs.items() if isinstance(v, float)}
        limit = {"composed_lipschitz_vp_sde_limit": lambda: diffusion_limit(max(s.mean for s in q.segments))}
        return {**on_broken_lines(q, inputs, given), **limit}
    return on_smooth_maps(q, line)


def answer(quantity: str, inputs: dict[str, Any]) -> Real:
    """The value of one record, worked out again."""
    return recipes(inputs)[quantity]()
