"""What the three other papers claim of latent laws, adversarial scores and variational marginals: number by number."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

import lipbound as lb
from lipbound import adversarial as adv
from lipbound import latent
from lipbound import variational as var

from .record import kept

PARAMETERS = {"m": 3, "L": 3, "noise": 0.1}
USES = (
    *("latents", "stages", "variations", "vanishing", "blind", "settling", "guided"),
    *("marginals", "optima", "ratios", "coders"),
)
Kept = Callable[[str], Any]


def data() -> dict[str, float]:
    """Numbers that no figure holds."""
    nu, two, L = lb.two_gaussians(PARAMETERS["m"]), lb.two_gaussians(2), PARAMETERS["L"]
    wide, best = lb.Gaussian("3/10", "3/2"), var.optimal_linear(4, 0.5, 4)
    half = var.mismatch(var.OddPair(nu, L, 0.5))
    left, right = (var.hybrids(var.OddPair(nu, L, share), math.sqrt(PARAMETERS["noise"])) for share in (0, 1))
    curved = var.VAE(two, lambda x: np.tanh(x) + 0.2 * x, 0.5, lambda z: 2 * np.tanh(z), 0.8)
    found = {
        "capacity": latent.capacity(latent.normal, nu, 0.3),
        "logistic": float(latent.profile_ratio(latent.logistic, nu, 0.5)),
        "laplace": float(latent.profile_ratio(latent.laplace, nu, 0.5)),
        "like_data": lb.required_lipschitz(nu, scaled(3)).lo,
        "prior": lb.required_lipschitz(scaled(3)).lo,
        "odd": latent.odd_distance(latent.normal, nu, L),
        "least": lb.frontier(nu, L, tol=1e-6).value,
        "poisson": adv.poisson_value(two, wide),
        "cramer": adv.flow_loss(lb.two_gaussians(5), lb.two_gaussians(5, 1, "1/5")),
        "wasserstein": adv.poisson_value(lb.two_gaussians(5), lb.two_gaussians(5, 1, "1/5")),
        "defect": max(abs(float(defect)) for defect in var.accounts(curved).defects()),
        "beta": best.visible_kl,
        "collapse": var.optimal_linear(4, 5).visible_kl,
        "half_latent": half.latent,
        "half_visible": half.reconstructed,
        "aae_prior": left.aae,
        "vgh_prior": left.vgh,
        "vghpp_prior": left.vgh_plus,
        "aae_inverse": right.aae,
        "vghpp_inverse": right.vgh_plus,
        "sampled": var.sampled_donsker_varadhan(lb.Gaussian(6), lb.Gaussian(0), lambda x: 6 * x - 18, 10_000),
    }
    return {name: float(value) for name, value in found.items()}


def scaled(a: int) -> lb.AbstractLaw:
    """(N(-a, 1) + N(a, 1)) / 2 at variance one."""
    width = math.sqrt(1 + a * a)
    return lb.two_gaussians(a / width, 1 / width)


class Number(NamedTuple):
    """What is measured, how it is found among stored numbers, and what it was taken to be: "" if nothing.

    `earlier` is a decimal from the computations that this project began with; `same` is false where it is wrong.
    """

    what: str
    value: Callable[[Kept], float]
    earlier: str = ""
    same: bool = True

    def agrees(self, of: Kept) -> bool:
        """To within one unit of the last digit."""
        return abs(self.value(of) - float(self.earlier)) <= unit(self.earlier)


class Statement(NamedTuple):
    """A claim by its key, with its numbers, the verdict, the figure that draws it, and a test of it."""

    key: str
    says: str
    numbers: tuple[Number, ...]
    verdict: str
    figure: str
    test: str


def unit(earlier: str) -> float:
    """Of the last digit of a decimal.

    >>> unit("0.301"), unit("9.1e-8")
    (0.001, 1e-09)
    """
    digits, _, power = earlier.partition("e")
    return float(f"1e{int(power or 0) - len(digits.partition('.')[2])}")


def held() -> Kept:
    """The stored numbers of the figures and of this module, by name."""
    return {name: kept(name) for name in ("statements", *USES)}.__getitem__


def own(name: str) -> Callable[[Kept], float]:
    return lambda of: of("statements")[name]


def cell(value: Number, of: Kept) -> str:
    """A number as the table shows it: to the digits known earlier, or to four.

    >>> cell(Number("L", lambda of: 8.55123, "8.551"), held()), cell(Number("L", lambda of: 2, "3", False), held())
    ('L 8.551', 'L 2 (earlier: 3)')
    """
    found, digits = value.value(of), value.earlier.partition("e")[0].replace(".", "").lstrip("0")
    shown = f"{found:.{max(len(digits), 4)}g}"
    wrong = f" (earlier: {value.earlier})" if value.earlier and not value.same else ""
    return f"{value.what} {shown}{wrong}"


def table(statements: Iterable[Statement]) -> str:
    """One row for each statement: what is claimed, exact numbers, verdict, figure, test."""
    head = (
        "## Statements of the other three papers\n\n"
        "S1: Complexity Matters; S2: GANs Settle Scores; S3: Distribution Matching in Variational Inference, each "
        "reduced to the line. Latents have variance one; the target is N(−m, 1) and N(m, 1) in halves, m = 3 unless "
        "said. Numbers in brackets are what earlier computations gave.\n\n"
        "| | statement | exact numbers | verdict | figure | test |\n|---|---|---|---|---|---|\n"
    )
    of = held()
    return head + "".join(_line(each, of) for each in statements)


def _line(each: Statement, of: Kept) -> str:
    shown = "; ".join(cell(number, of) for number in each.numbers)
    cells = (each.key, each.says, shown, each.verdict, each.figure, f"`{each.test}`")
    return "| " + " | ".join(text.replace("|", "\\|") for text in cells) + " |\n"
