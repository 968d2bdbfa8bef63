"""Trained autoencoders with noiseless encoders: where each leaves the mismatch, and what its decoder needs."""

from __future__ import annotations

from statistics import median
from typing import Any

import numpy as np

import lipbound as lb
from lipbound.adversarial.integral import expectation

from .archive import CODERS, Trained, load
from .record import Verdict
from .style import BLACK, BLUE, GREEN, ORANGE, RED

TITLE = "Trained autoencoders: adversarial, hybrid, two-stage"
PARAMETERS = {"variance": 0.1, "levels": [1e-4, 2001]}
FILES = ("trained/coders.npz",)
BOUNDS = ()
PANELS, SIZE, QUICK = (1, 3), (9.0, 3.0), False
LABELS = {"aae": "AAE", "vgh": "VGH", "vghpp": "VGH++", "weak": "two-stage", "whole": "one-stage"}
HYBRIDS, STAGES = ("aae", "vgh", "vghpp"), ("weak", "whole")


def data() -> dict[str, Any]:
    runs = {run.name: run for run in load("coders")}
    names = sorted((name for name in runs if not name.startswith("encoder_")), key=order)
    return {"rows": [row(runs[f"encoder_{name}"], runs[name]) for name in names]}


def order(name: str) -> tuple[int, str]:
    return CODERS.index(name.split("_")[0]), name


def row(encoder: Trained, generator: Trained) -> dict[str, Any]:
    """Exact laws of e(X), g(e(X)) and g(Z), both maps being affine between knots."""
    meta, e, g = generator.meta, encoder.g, generator.g
    nu, prior = lb.two_gaussians(meta["m"]), lb.Gaussian(0)
    latent = lb.pushforward(e, nu)
    again, samples = lb.pushforward(g, latent), lb.pushforward(g)
    pairs = {"latent": (latent, prior), "reconstructed": (again, nu), "sampled": (samples, nu)}
    slope = g.lipschitz()
    misfit = float(expectation(lambda x: (x - g(e(x))) ** 2, nu))
    return {
        **{name: meta[name] for name in ("model", "m", "seed")},
        "slope": float(slope),
        "misfit": misfit,
        **{f"{name}_kl": float(lb.kl(*pair)) for name, pair in pairs.items()},
        **{f"{name}_tv": float(lb.tv(*pair)) for name, pair in pairs.items()},
        "floor": max(lb.frontier(nu, slope, tol=1e-3).value.lo, 0.0),
        "needs": steepest(latent, nu),
        "prior_needs": steepest(prior, latent),
    }


def steepest(source: lb.AbstractLaw, target: lb.AbstractLaw) -> float:
    """The greatest slope of the monotone map between two laws at many levels: it is at least that steep."""
    low, count = PARAMETERS["levels"]
    levels = np.linspace(low, 1 - low, count)
    density = [np.asarray(law.pdf(np.asarray(law.ppf(levels)))) for law in (source, target)]
    return float((density[0] / density[1]).max())


def chosen(data: dict[str, Any], model: str, name: str) -> list[float]:
    return [each[name] for each in data["rows"] if each["model"] == model]


def typical(data: dict[str, Any], model: str, name: str) -> float:
    return median(chosen(data, model, name))


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    colours = {"latent": BLUE, "reconstructed": GREEN, "sampled": RED}
    for k, model in enumerate(HYBRIDS):
        for shift, (name, colour) in zip((-0.2, 0, 0.2), colours.items(), strict=True):
            values = chosen(data, model, f"{name}_kl")
            axes[0].semilogy([k + shift] * len(values), values, "o", color=colour, markersize=4)
    for name, colour in colours.items():
        axes[0].plot(
            [], [], "o", color=colour, markersize=4, label={"latent": "e(X)", "sampled": "g(Z)"}.get(name, "g(e(X))")
        )
    axes[0].set(
        title="exact KL, $m=3$",
        ylabel="nats",
        ylim=(None, 0.2),
        xticks=range(3),
        xticklabels=[LABELS[m] for m in HYBRIDS],
    )
    for colour, model in zip((BLUE, GREEN, ORANGE, RED, BLACK), CODERS, strict=True):
        sums = [
            a + b
            for a, b in zip(chosen(data, model, "latent_tv"), chosen(data, model, "reconstructed_tv"), strict=True)
        ]
        axes[1].plot(
            chosen(data, model, "floor"),
            chosen(data, model, "sampled_tv"),
            "o",
            color=colour,
            markersize=4,
            label=LABELS[model],
        )
        if model in HYBRIDS:
            axes[1].plot(chosen(data, model, "floor"), sums, "x", color=colour, markersize=5)
    axes[1].axline((0, 0), (0.1, 0.1), color=BLACK, linewidth=0.7)
    axes[1].set(
        title="TV of samples (o), of both spaces (x)", xlabel="least TV at this slope", ylabel="total variation"
    )
    for k, model in enumerate(STAGES):
        for shift, name, colour in ((-0.15, "needs", BLUE), (0.0, "slope", BLACK), (0.15, "prior_needs", RED)):
            values = chosen(data, model, name)
            axes[2].semilogy([k + shift] * len(values), values, "o", color=colour, markersize=4)
    for label, colour in (("latent to data needs", BLUE), ("decoder has", BLACK), ("N(0, 1) to latent needs", RED)):
        axes[2].plot([], [], "o", color=colour, markersize=4, label=label)
    axes[2].set(
        title="two stages or one", ylabel="Lipschitz constant", xticks=(0, 1), xticklabels=[LABELS[m] for m in STAGES]
    )
    for ax in axes:
        ax.legend(fontsize=6.5)


def says(data: dict[str, Any]) -> str:
    return (
        "Small networks trained on two modes at ±3, three seeds each. Encoders and decoders are piecewise affine, so "
        "that the laws of codes, reconstructions and samples are exact. Left: what each objective leaves. Middle: each "
        "decoder obeys the frontier of its slope. Right: slopes that exact maps would need at least, and the decoder's."
    )


def claims(data: dict[str, Any]) -> dict[str, bool]:
    rows = data["rows"]
    hybrids = [each for each in rows if each["model"] in HYBRIDS]
    return {
        "mismatch of codes and of reconstructions make up for that of samples": all(
            r["latent_tv"] + r["reconstructed_tv"] >= r["sampled_tv"] - 1e-9 for r in rows
        ),
        "no samples are nearer than the slope allows": all(r["sampled_tv"] >= r["floor"] for r in rows),
        "adversarial codes are within 0.1 nats of the prior": all(r["latent_kl"] < 0.1 for r in hybrids),
        "samples mismatch more than codes": all(
            r["sampled_kl"] > r["latent_kl"] for r in hybrids if r["model"] == "aae"
        ),
        "a classifier of samples brings these nearer (VGH++), in the median": (
            typical(data, "vghpp", "sampled_kl") < typical(data, "aae", "sampled_kl")
        ),
        "codes learnt against a weak decoder need a less steep one": (
            max(chosen(data, "weak", "needs")) < min(chosen(data, "whole", "needs"))
        ),
        "N(0, 1) is then harder to map to the codes": (
            min(chosen(data, "weak", "prior_needs")) > max(chosen(data, "whole", "prior_needs"))
        ),
        "with codes as latents the two-stage decoder is nearer than any map of its slope from N(0, 1)": all(
            r["reconstructed_tv"] < r["floor"] for r in rows if r["model"] == "weak"
        ),
    }


def verdict(data: dict[str, Any]) -> Verdict:
    kls = ", ".join(
        f"{LABELS[m]} {typical(data, m, 'latent_kl'):.3f}, {typical(data, m, 'sampled_kl'):.3f}" for m in HYBRIDS
    )
    return Verdict(
        "hybrids of VAE and GAN match both marginals better; codes learnt against a weak decoder are easier to decode",
        f"m = 3, medians of three seeds: KL of codes and of samples {kls}; exact decoding needs a slope of "
        f"{typical(data, 'weak', 'needs'):.1f} after two stages and {typical(data, 'whole', 'needs'):.1f} after one, "
        f"reconstructions are at TV {typical(data, 'weak', 'reconstructed_tv'):.3f} and "
        f"{typical(data, 'whole', 'reconstructed_tv'):.3f} (samples of N(0, 1) at the first slope: at least "
        f"{typical(data, 'weak', 'floor'):.3f})",
        "yes of VGH++ and of two stages; VGH's classifier of reconstructions changes little",
    )
