"""Annealed Langevin with trained scores beside trained generators, against the distance of the modes."""

from __future__ import annotations

from statistics import fmean, median
from typing import Any

import lipbound as lb
from lipbound import bounds

from .measured import column, counted, numbers_of
from .record import Verdict, numbers, rises
from .style import BLACK, BLUE, COLOUR, GREEN, MARK, NAME, ORANGE, legend

TITLE = "Trained scores and noise at every step, beside trained generators"
PARAMETERS = {"m": list(range(11))}
USES = ("measured", "sampled")
BOUNDS = (bounds.symmetric_fit, bounds.gap_tv)
PANELS, SIZE, QUICK = (1, 3), (9.6, 3.4), True
KEPT = ("m", "seed", "tv", "kl", "gap", "left", "score", "score_at_zero", "step", "needs", "error")
Row = dict[str, Any]


def data() -> Row:
    noisy = numbers("sampled")["sgm"]
    plain = numbers_of("vae", "gan")
    m = PARAMETERS["m"]
    return {
        "noisy": [{name: row[name] for name in KEPT} for row in noisy],
        "plain": [{name: row[name] for name in ("model", "m", "tv", "gap", "slope")} for row in plain],
        "runs": counted(noisy),
        "beside": counted(plain),
        "wanted": [float(lb.two_gaussians(each).mass(-each / 2, each / 2)) for each in m if each],
        "fit": [bounds.symmetric_fit(m=each, s=1) if each else 1.0 for each in m],
        "exact": [max(each * each - 1, 1) * (1 + each * each) for each in m],
    }


def middle(row: Row, name: str) -> float:
    return sum(row[name]) / 2


def draw(axes: list[Any], data: Row) -> None:
    slopes, distance, gap = axes
    m, rows = PARAMETERS["m"], data["noisy"]
    at = [row["m"] for row in rows]
    slopes.semilogy(m, data["exact"], color=ORANGE, label="exact score, noise 0")
    slopes.semilogy(at, [row["score_at_zero"] for row in rows], "v", color=ORANGE, markersize=3, alpha=0.7,
                    label="trained score, noise 0")  # fmt: skip
    slopes.semilogy(m, data["fit"], color=BLACK, label="exact fit: $e^{m^2/2}$")
    slopes.semilogy(at, [row["needs"] for row in rows], "^", color=GREEN, markersize=3, alpha=0.7,
                    label="whole sampler, at least")  # fmt: skip
    slopes.semilogy(at, [row["step"] for row in rows], "_", color=BLUE, markersize=6, label="largest step")
    slopes.set(ylabel="Lipschitz constant", ylim=(0.5, 1e10), title="score, steps, whole sampler")
    legend(slopes, loc="upper left", fontsize=6.5, handlelength=1.2)
    for model, side in (("gan", 0.18), ("vae", -0.18), ("sgm", 0.0)):
        table = rows if model == "sgm" else [row for row in data["plain"] if row["model"] == model]
        x = [row["m"] + side for row in table]
        look = {"color": COLOUR[model], "markersize": 3, "linestyle": "", "alpha": 0.6, "label": NAME[model]}
        tv = [middle(row, "tv") if model == "sgm" else row["tv"] for row in table]
        distance.semilogy(x, tv, MARK[model], **look)
        apart = [(row["m"] + side, row["gap"]) for row in table if row["m"]]
        gap.semilogy([at for at, _ in apart], [mass for _, mass in apart], MARK[model], **look)
    distance.set(ylabel="total variation", ylim=(5e-3, 1.2), title="distance to the target")
    gap.semilogy(m[1:], data["wanted"], color=BLACK, label="target")
    gap.set(ylabel="mass of $[-m/2, m/2]$", ylim=(1e-4, 0.6), title="mass between the modes")
    for ax in axes:
        ax.set(xlabel="half distance of the modes, $m$", xticks=m)
    legend(distance, loc="lower right")
    legend(gap, loc="lower left")


def says(data: Row) -> str:
    return (
        f"Exact laws of annealed Langevin, 1000 steps, with the scores of {data['runs']} (to 2e-6 in total "
        f"variation), beside {data['beside']}. Left: Lipschitz constants: of the score at noise 0, in units of the "
        "normalised data as the study has it; of the largest step; of the map that takes all noises to the last point, "
        "at least, in the data's units, read off the sampler's law. It must be as steep as any generator of that law."
    )


def by_m(table: list[Row], *, least: int = 1) -> dict[int, float]:
    """Mean TV for each m."""
    found = {m: [middle(r, "tv") if isinstance(r["tv"], list) else r["tv"] for r in table if r["m"] == m]
             for m in PARAMETERS["m"] if m >= least}  # fmt: skip
    return {m: fmean(each) for m, each in found.items() if each}


def of(data: Row, model: str) -> list[Row]:
    return [row for row in data["plain"] if row["model"] == model]


def between(data: Row, m: int) -> str:
    found = column(data["noisy"], "gap", m=m)
    target = data["wanted"][m - 1]
    return f"; mass between the modes at m = {m}: {median(found):.4f}, of the target {target:.4f}" if found else ""


def claims(data: Row) -> dict[str, bool]:
    noisy = by_m(data["noisy"], least=3)
    gan = by_m(of(data, "gan"), least=3)
    return {
        "mean TV is below that of GANs for every m >= 3": all(noisy[m] < gan[m] for m in noisy if m in gan),
        "steps stay gentle: none is steeper than 5": all(row["step"] < 5 for row in data["noisy"]),
        "for m >= 3 the law of a sampler needs more slope than a VAE has": all(
            row["needs"] > max(column(of(data, "vae"), "slope", m=row["m"])) for row in data["noisy"] if row["m"] >= 3
        ),
        "laws are known to 2e-6": all(row["error"] < 2e-6 for row in data["noisy"]),
        "the whole is steeper than any step where the modes are apart": all(
            row["needs"] > row["step"] for row in data["noisy"] if row["m"] >= 3
        ),
    }


def verdict(data: Row) -> Verdict:
    claim = "diffusion models do not suffer from the limitation: trained ones fit at any distance of the modes"
    if not data["noisy"]:
        return Verdict(claim, "no run yet", "open")
    noisy, vae = by_m(data["noisy"]), by_m(of(data, "vae"))
    shown = ", ".join(f"{m}: {noisy[m]:.3f} and {vae[m]:.3f}" for m in (1, 3, 5, 8, 10) if m in noisy)
    steep = {m: median(column(data["noisy"], "needs", m=m)) for m in noisy}
    wide, apart = max(noisy), [m for m in noisy if m >= 3]
    closer, grows = sum(noisy[m] < vae[m] for m in apart), rises([*noisy.items()])
    word = "yes" if closer == len(apart) and grows.startswith("no") else "in part" if closer else "no"
    return Verdict(
        claim,
        f"mean TV of {data['runs']} and of VAEs at m = {shown}; no step steeper than "
        f"{max(row['step'] for row in data['noisy']):.2f}, the whole sampler at m = {wide} at least {steep[wide]:.0f}"
        + between(data, 5),
        f"{word}: closer than VAEs for {closer} of {len(apart)} m ≥ 3, by a whole that is steeper than any VAE; and "
        f"does their mean TV grow with m? {grows}",
    )
