"""Autoencoders at their optimum for free decoders: what posteriors, a cap, the noise and the rate's weight change."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import lipbound as lb
from lipbound.variational import VAE, FreeOptimum, accounts, free_optimum, optimal_linear

from .record import Verdict
from .style import BLACK, BLUE, GREEN, ORANGE, RED

TITLE = "The optimum of a variational autoencoder"
PARAMETERS = {
    "m": [1, 2, 3, 4, 5],
    "variance": 0.1,
    "capped": [2, 3, 5, 10, 20],
    "at": 3,
    "variances": [0.02, 0.1, 0.5, 1.0],
    "weights": [0.5, 1.0, 2.0, 4.0],
}
BOUNDS = ()
PANELS, SIZE, QUICK = (2, 2), (7.2, 5.6), False
FAMILIES = {"linear": RED, "constant": ORANGE, "free": BLUE}
NOISE = math.sqrt(PARAMETERS["variance"])


def data() -> dict[str, Any]:
    places = PARAMETERS["m"]
    free = {m: free_optimum(lb.two_gaussians(m), NOISE) for m in places}
    families = {
        name: [row(free[m] if name == "free" else free_optimum(lb.two_gaussians(m), NOISE, name)) for m in places]
        for name in FAMILIES
    }
    nu = lb.two_gaussians(PARAMETERS["at"])
    capped = [{"L": L, **row(free_optimum(nu, NOISE, L=L))} for L in PARAMETERS["capped"]]
    return {
        "families": families,
        "squared": row(free_optimum(lb.two_gaussians(5), NOISE, squared=True)),
        "plain": [plain(m) for m in places],
        "capped": capped,
        "noisy": [row(free_optimum(nu, math.sqrt(v))) for v in PARAMETERS["variances"]],
        "weighted": [row(free_optimum(nu, NOISE, beta=b)) for b in PARAMETERS["weights"]],
        "floor": [float(lb.frontier(nu, L, tol=1e-4).value.lo) for L in PARAMETERS["capped"]],
    }


def row(found: FreeOptimum) -> dict[str, float]:
    books = {name: float(getattr(found.accounts, name)) for name in ("objective", "latent_kl", "visible_kl")}
    measures = {name: float(getattr(found, name)) for name in ("lipschitz", "model_tv", "mean_tv", "curvature")}
    return {**books, **measures, "information": float(found.accounts.mutual_information)}


def plain(m: int) -> dict[str, float]:
    """The linear decoder's optimum, where the posterior is exact."""
    best = optimal_linear(1 + m * m, PARAMETERS["variance"])
    encoder, decoder = (lb.affine(lb.exact(each)) for each in (best.c, best.a))
    books = accounts(VAE(lb.two_gaussians(m), encoder, math.sqrt(best.t2), decoder, NOISE))
    return {"latent_kl": float(books.latent_kl), "visible_kl": float(books.visible_kl), "lipschitz": best.a}


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    places = PARAMETERS["m"]
    axes[0].semilogy(
        places, [r["latent_kl"] for r in data["plain"]], "o:", color=BLACK, markersize=3, label="linear decoder"
    )
    for name, colour in FAMILIES.items():
        rows = data["families"][name]
        label = {"linear": "linear encoder", "constant": "constant sd", "free": "free encoder"}[name]
        axes[0].semilogy(places, [r["latent_kl"] for r in rows], "o-", color=colour, markersize=3, label=label)
        axes[1].semilogy(places, [r["lipschitz"] for r in rows], "o-", color=colour, markersize=3, label=label)
    axes[1].semilogy(places, [math.exp(m * m / 2) for m in places], color=BLACK, linewidth=0.8, label="exact fit")
    axes[0].set(title="KL(q(z) || p(z))", xlabel="modes at $\\pm m$", ylabel="nats", xticks=places)
    axes[1].set(title="slope of the decoder", xlabel="modes at $\\pm m$", ylabel="Lipschitz constant", xticks=places)
    rows, slopes = data["capped"], PARAMETERS["capped"]
    axes[2].semilogy(slopes, [r["mean_tv"] for r in rows], "o-", color=BLUE, markersize=3, label="$g(Z)$")
    axes[2].semilogy(slopes, [r["latent_kl"] for r in rows], "o-", color=GREEN, markersize=3, label="KL(q(z) || p(z))")
    axes[2].semilogy(slopes, data["floor"], color=BLACK, linewidth=0.8, label="least TV of any map")
    axes[2].set(title=f"capped decoders, $m={PARAMETERS['at']}$", xlabel="$L$", ylabel="total variation; nats")
    for x, name, colour, label in (
        ("variances", "noisy", ORANGE, "variance of the noise, weight 1"),
        ("weights", "weighted", BLUE, f"weight of the rate, variance {PARAMETERS['variance']}"),
    ):
        axes[3].loglog(PARAMETERS[x], column(data[name], "latent_kl"), "o-", color=colour, markersize=3, label=label)
    axes[3].set(title=f"KL(q(z) || p(z)), $m={PARAMETERS['at']}$", xlabel="variance; weight", ylabel="nats")
    for ax in axes:
        ax.legend(fontsize=6.5)


def says(data: dict[str, Any]) -> str:
    return (
        "Optima of the autoencoder with decoder noise of variance 0.1 over all decoders and over Gaussian posteriors "
        "N(m(x), t(x)²): m linear and t constant, t constant, and both free; by Newton's method, without samples. "
        "Below: decoders of slope at most L, with what no L-Lipschitz map can go below; other variances of the noise, "
        "and other weights of the divergence from the prior."
    )


def column(rows: list[dict[str, float]], name: str) -> list[float]:
    return [row[name] for row in rows]


def claims(data: dict[str, Any]) -> dict[str, bool]:
    families, capped = data["families"], data["capped"]
    order = [column(families[name], "latent_kl") for name in ("free", "constant", "linear")]
    return {
        "each is a strict local minimum": all(r["curvature"] > 0 for rows in families.values() for r in rows),
        "both mismatches are below the objective": all(
            max(r["latent_kl"], r["visible_kl"]) <= r["objective"] for rows in families.values() for r in rows
        ),
        "with a free decoder a richer posterior has the smaller mismatch": all(
            a < b < c for a, b, c in zip(*order, strict=True)
        ),
        "and linear posteriors leave no less than a linear decoder does, within a tenth": all(
            r["latent_kl"] < p["latent_kl"] * 1.1 for r, p in zip(families["linear"], data["plain"], strict=True)
        ),
        "no decoder is as steep as an exact fit": all(
            r["lipschitz"] < math.exp(m * m / 2) for m, r in zip(PARAMETERS["m"], families["free"], strict=True)
        ),
        "a capped decoder reaches its cap": all(math.isclose(r["lipschitz"], r["L"], rel_tol=1e-6) for r in capped),
        "and obeys the frontier": all(r["mean_tv"] >= f for r, f in zip(capped, data["floor"], strict=True)),
        "more noise, or more weight, make a flatter decoder and a larger mismatch": all(
            a["lipschitz"] > b["lipschitz"] and a["latent_kl"] < b["latent_kl"]
            for rows in (data["noisy"], data["weighted"])
            for a, b in pairwise(rows)
        ),
        "squaring the variance in the rate changes the mismatch by less than a tenth": math.isclose(
            data["squared"]["latent_kl"], families["free"][-1]["latent_kl"], rel_tol=0.1
        ),
    }


def verdict(data: dict[str, Any]) -> Verdict:
    free, constant = data["families"]["free"], data["families"]["constant"]
    return Verdict(
        "richer posteriors do not make the marginals match (Distribution Matching in Variational Inference)",
        f"free decoder, variance of noise 0.1, m = 3: latent KL {data['families']['linear'][2]['latent_kl']:.4f} for "
        f"linear, {constant[2]['latent_kl']:.4f} for constant, {free[2]['latent_kl']:.5f} for free posteriors; "
        f"m = 5: {free[4]['latent_kl']:.5f} with slope {free[4]['lipschitz']:.0f}",
        "no, if the decoder is free: then richer posteriors do mend the marginals, and never quite",
    )
