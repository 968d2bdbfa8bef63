"""What samples alone prove: two classes of digits, on the line between their means, with a stated confidence."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from lipbound import bounds

from .record import Verdict
from .style import BLACK, BLUE, RED, SKY

TITLE = "Samples only: handwritten threes and sevens"
PARAMETERS = {"seed": 0, "risk": 0.05, "L": np.geomspace(1, 60, 25).round(4).tolist(), "bins": 40}
FILES = ("data/digits.npz",)  # scikit-learn's load_digits, classes 3 and 7: UCI, Alpaydin and Kaynak 1998, CC BY 4.0
BOUNDS = (bounds.two_modes,)
PANELS, SIZE, QUICK = (1, 2), (7.4, 3.0), True
Floats = NDArray[np.float64]


def data() -> dict[str, Any]:
    """Half of the images gives the line and the two thresholds, the other half the masses."""
    chosen, held = halves()
    left, right = (float(np.quantile(chosen[side], level)) for side, level in (("three", 0.9), ("seven", 0.1)))
    values = np.sort(np.concatenate([*held.values()]))
    exact = [clopper(int(count), len(values)) for count in ((values <= left).sum(), (values >= right).sum())]
    return {
        "counts": [len(held["three"]), len(held["seven"])],
        "density": [np.histogram(held[name], edges(values))[0] for name in ("three", "seven")],
        "edges": edges(values),
        "thresholds": [left, right],
        "masses": exact,
        "band": band(len(values)),
        "L": PARAMETERS["L"],
        "clopper": [bound(right - left, L, *exact) for L in PARAMETERS["L"]],
        "dkw": [best(values, L) for L in PARAMETERS["L"]],
    }


def halves() -> tuple[dict[str, Floats], dict[str, Floats]]:
    """A random half of the images and the other half, by class, projected on the line between the first half's means.

    The images are shuffled together: in the second half the share of each class is random, as in independent draws.
    """
    with np.load(Path(__file__).parent / FILES[0]) as stored:
        images = np.concatenate([stored["three"], stored["seven"]]).astype(float)
        seven = np.repeat([False, True], [len(stored["three"]), len(stored["seven"])])
    order = np.random.default_rng(PARAMETERS["seed"]).permutation(len(images))
    first, second = order[: len(order) // 2], order[len(order) // 2 :]
    line = images[first[seven[first]]].mean(0) - images[first[~seven[first]]].mean(0)
    places = images @ (line / np.linalg.norm(line))
    both = [{"three": places[half[~seven[half]]], "seven": places[half[seven[half]]]} for half in (first, second)]
    return both[0], both[1]


def edges(values: Floats) -> Floats:
    return np.linspace(values[0], values[-1], PARAMETERS["bins"] + 1)


def clopper(count: int, n: int) -> float:
    """Lower confidence limit of a probability, for half of the risk."""
    return float(beta.ppf(PARAMETERS["risk"] / 2, count, n - count + 1)) if count else 0.0


def band(n: int) -> float:
    """Half-width of the Dvoretzky-Kiefer-Wolfowitz band (Massart's constant) at the whole risk."""
    return float(np.sqrt(np.log(2 / PARAMETERS["risk"]) / (2 * n)))


def bound(distance: float, L: float, a: float, b: float) -> float:
    """The declared bound; masses that are only known from below count for no more than that."""
    return bounds.two_modes(D=distance, L=L, a=a, b=b) if min(distance, a, b) > 0 else 0.0


def best(values: Floats, L: float) -> float:
    """The greatest bound over all pairs of half-lines, the masses lowered by the band: all hold at once."""
    n, off = len(values), Fraction(band(len(values)))
    places = np.unique(np.linspace(0, n - 1, 60).astype(int))
    pairs = [(i, j) for i in places for j in places if values[i] < values[j]]
    a = np.array([(i + 1) / n for i, _ in pairs]) - float(off)
    b = np.array([(n - j) / n for _, j in pairs]) - float(off)
    distance = np.array([values[j] - values[i] for i, j in pairs])
    ok = (a > 0) & (b > 0)
    return float(np.max(bounds.two_modes(D=distance[ok], L=np.full(ok.sum(), L), a=a[ok], b=b[ok])))


def draw(axes: list[Any], data: dict[str, Any]) -> None:
    left, right = axes
    for counts, colour, label in zip(data["density"], (BLUE, SKY), ("threes", "sevens"), strict=True):
        left.stairs(counts, data["edges"], fill=True, alpha=0.6, color=colour, label=label)
    for place in data["thresholds"]:
        left.axvline(place, color=BLACK, linestyle=":", linewidth=0.9)
    left.set(xlabel="projection, grey levels", ylabel="images held out")
    left.legend()
    right.semilogx(data["L"], data["dkw"], color=BLUE, label="all half-lines (DKW)")
    right.semilogx(data["L"], data["clopper"], "--", color=RED, label="two half-lines (Clopper–Pearson)")
    right.set(xlabel="Lipschitz constant of the generator", ylabel="total variation, at least", ylim=(0, None))
    right.legend()


def says(data: dict[str, Any]) -> str:
    risk = 100 * (1 - PARAMETERS["risk"])
    return (
        f"Left: {data['counts'][0]} threes and {data['counts'][1]} sevens held out, on the line between the class "
        f"means of the others; dotted, thresholds chosen on the others. Right: total variation that any L-Lipschitz "
        f"generator of such images has at least, with confidence {risk:.0f} % for each curve, if the images are "
        "independent draws: the formula above, with the masses' lower confidence limits."
    )


def claims(data: dict[str, Any]) -> dict[str, bool]:
    return {
        "both bounds fall as L grows": all(np.diff(data[name]).max() <= 1e-12 for name in ("clopper", "dkw")),
        "two half-lines fixed beforehand prove more than a tenth at L = 1": data["clopper"][0] > 0.1,
        "the masses are below the shares seen": sum(data["masses"]) < 1,
    }


def verdict(data: dict[str, Any]) -> Verdict:
    at = min(range(len(data["L"])), key=lambda k: abs(data["L"][k] - 5))
    return Verdict(
        "(the paper projects MNIST digits and draws histograms)",
        f"with 95 % confidence TV ≥ {data['clopper'][0]:.3f} at L = 1 and ≥ {data['clopper'][at]:.3f} at "
        f"L = {data['L'][at]:.3g} (Clopper–Pearson); {data['dkw'][0]:.3f} and {data['dkw'][at]:.3f} (DKW)",
        "new: a proof from samples",
    )
