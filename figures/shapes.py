"""A gallery of exact laws of simple maps: atoms, jumps, folds and what they do to a Gaussian."""

from __future__ import annotations

from typing import Any

import numpy as np

import lipbound as lb
from lipbound import bounds
from lipbound.plots import curve

from .record import Verdict, rounded
from .style import BLUE, RED

TITLE = "Exact densities with atoms and folds"
PARAMETERS = {"maps": ["clamp", "fold", "rectifier", "sawtooth", "square", "network"], "height": 1.2}
BOUNDS = (bounds.enlargement,)
PANELS, SIZE, QUICK = (2, 3), (8.0, 4.2), True


def chosen(name: str) -> lb.AbstractMap:
    return {
        "clamp": lambda: lb.clamp(-1, 1),
        "fold": lambda: lb.fold(at="1/2"),
        "rectifier": lambda: lb.PiecewiseAffine((0,), (0,), 0, 1),
        "sawtooth": lambda: lb.sawtooth(3, 2),
        "square": lambda: lb.formula("z**2"),
        "network": _network,
    }[name]()


def _network() -> lb.Network:
    """A small leaky-ReLU network with two folds: slopes 1/5, 29/10, -8/5, 11/10 and 2."""
    first = ([[1], [1], [1], [1]], [1.5, 0.5, -0.5, -1.5])
    return lb.Network([first, ([[3, -5, 3, 1]], [0])], "leaky_relu", "1/10")


def data() -> dict[str, Any]:
    return {"panels": [panel(name) for name in PARAMETERS["maps"]]}


def panel(name: str) -> dict[str, Any]:
    law = lb.pushforward(chosen(name))
    x, y = curve(law, 1e-3)
    atoms = [[float(atom.place), atom.mass] for atom in law.atoms()]
    return {"name": name, "x": rounded(x, 6), "y": rounded(np.asarray(y), 6), "atoms": atoms, "total": total(law)}


def total(law: lb.AbstractLaw) -> float:
    return float(law.mass(-np.inf, np.inf))


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    for ax, each in zip(axes, data["panels"], strict=True):
        ax.plot(np.array(each["x"], float), np.array(each["y"], float), color=BLUE)
        for place, mass in each["atoms"]:
            ax.vlines(place, 0, mass, color=RED)
            ax.plot([place], [mass], "o", color=RED, markersize=4)
        ax.set(title=each["name"], ylim=(0, min(ax.get_ylim()[1], PARAMETERS["height"])))


def says(data: dict[str, Any]) -> str:
    return (
        "Blue the density of g(Z), Z standard normal, red its atoms with their mass: a clamp, a fold, the rectifier, a "
        "sawtooth, the square (whose density is infinite at its fold, and cut), a small leaky-ReLU network with two "
        "folds. Whatever the shape, the formula above holds with the map's Lipschitz constant."
    )


def claims(data: dict[str, Any]) -> dict[str, bool]:
    found = {each["name"]: each for each in data["panels"]}
    clamp = [mass for _, mass in found["clamp"]["atoms"]]
    return {
        "each law has mass one": all(abs(each["total"] - 1) < 1e-9 for each in data["panels"]),
        "the clamp's atoms weigh Phi(-1) each": len(clamp) == 2
        and max(abs(x - 0.158655253931457) for x in clamp) < 1e-9,
        "the rectifier's atom weighs one half": found["rectifier"]["atoms"] == [[0.0, 0.5]],
        "folds have no atoms": not found["fold"]["atoms"] and not found["square"]["atoms"],
    }


def verdict(data: dict[str, Any]) -> Verdict:
    atoms = sum(len(each["atoms"]) for each in data["panels"])
    return Verdict(
        "(not in the paper: it draws histograms)", f"{atoms} atoms, folds and jumps are shown as they are", "new"
    )
