"""Every trained score network sampled by annealed Langevin, exactly: TV and KL, mass between the modes, slopes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.special import ndtri

from lipbound import chains

from . import record
from .check import differences
from .measured import target
from .scores import SIGMAS, Scores, load

PARAMETERS = {"tol": 1e-6, "each": 100, "last": 2e-5, "drawn": [1, 3, 5, 8], "points": 321}
FILES = ("trained/sgm.npz",)
NEIGHBOURS = 2 ** np.arange(12)
Row = dict[str, Any]


def data() -> dict[str, Any]:
    """One row for each network; a stored row is kept if the network and the parameters are those it was made from."""
    known = {row["key"]: row for row in stored()}
    rows: list[Row] = []
    for network in load():
        name = key(network)
        fresh = name not in known
        rows.append(row(network) if fresh else known[name])
        if fresh:  # what is done stays done, should the rest be interrupted
            record.write(record.KEPT / "sampled.json", record.text(record.rounded({"sgm": rows + rest(known, rows)})))
    return {"sgm": rows}


def rest(known: dict[str, Row], rows: list[Row]) -> list[Row]:
    done = {each["key"] for each in rows}
    return [each for name, each in known.items() if name not in done]


def stored() -> list[Row]:
    return record.kept("sampled")["sgm"] if (record.KEPT / "sampled.json").exists() else []


def key(network: Scores) -> str:
    """Of the network's maps, the parameters, and the text that makes a row of them."""
    parts = [*network.knots, *network.slopes, network.heights]
    own = [json.dumps(PARAMETERS, sort_keys=True).encode()]
    own += [inspect.getsource(made).encode() for made in (row, density, needed)]
    return record.digest(b"\0".join([*own, *(part.tobytes() for part in parts)]))


def again(data: dict[str, Any], quick: bool) -> Iterator[str]:
    """Where some stored rows differ from what is found now: one if quick, else one for every m."""
    shown = {row["name"]: row for row in data["sgm"]}
    runs = [run for run in load() if run.meta["seed"] == 0 and (run.meta["m"] == 2 or not quick)]
    for run in runs:
        yield from differences(shown.get(run.name), record.rounded(row(run)), f".{run.name}")


def row(network: Scores) -> Row:
    """Divergences have no unit; slopes of the score are those in units of the normalised data, as in the study."""
    m, unit = network.meta["m"], network.meta["scale"]
    maps, nu = network.maps, target(m, unit)
    chain = chains.score_networks(maps, SIGMAS, PARAMETERS["each"], PARAMETERS["last"], tol=PARAMETERS["tol"])
    steps, law = chain.steps[:: PARAMETERS["each"]], chain.law()
    distance, divergence = law.tv(nu), law.kl(nu)
    return {
        "name": network.name,
        "key": key(network),
        "model": "sgm",
        "m": m,
        "seed": network.meta["seed"],
        "tv": [distance.lo, distance.hi],
        "kl": [divergence.lo, divergence.hi],
        "error": law.error,
        "left": float(law.cdf(0)),
        "gap": float(law.mass(-m / 2 / unit, m / 2 / unit)) if m else 0.0,
        "score": max(float(g.lipschitz()) for g in maps),
        "score_at_zero": network.meta["lipschitz_at_zero"],
        "step": max(chains.steepness(step).joint.hi for step in steps),
        "needs": needed(law) * unit,
        "density": density(law, m, unit) if m in PARAMETERS["drawn"] else None,
    }


def density(law: chains.ChainLaw, m: int, unit: float) -> list[float]:
    """In the data's units, on even points of [-m - 4, m + 4]."""
    x = np.linspace(-m - 4.0, m + 4.0, PARAMETERS["points"])
    return record.rounded(law.pdf(x / unit) / unit, 5)


def needed(law: chains.ChainLaw) -> float:
    """A slope that any map from Gaussian noise to this law must have.

    An image F at slope L has Phi^-1 F of slope 1/L at least, in any number of noises (Borell 1975); F is known to
    within the law's error, and neighbours at several distances are compared.
    """
    x = np.linspace(*law.range, 4001)
    below, error = law.below(x), law.error + 1e-12
    best = 0.0
    for step in NEIGHBOURS[x.size > NEIGHBOURS]:
        low, high = below[:-step] - error, below[step:] + error
        inside = (low > 0) & (high < 1)
        rises = (x[step:] - x[:-step])[inside] / (ndtri(high[inside]) - ndtri(low[inside]))
        best = max(best, float(np.max(rises, initial=0.0)))
    return best
