"""Where divergences of laws with smooth strands are infinite: folds and tails, decided, against closed forms."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import norm

from lipbound import AbstractLaw, Enclosure, NotCertifiable, chi2, formula, kl, pushforward, renyi, tv
from lipbound.divergences import FDivergence
from lipbound.laws import Gaussian

WIDE = Gaussian(0, 2)
NEYMAN = FDivergence("N", "(1 - t)**2 / t", zero="inf", slope="1", growth=((1, -1), (1, 1)))


def image(text: str, sd: int = 1) -> AbstractLaw:
    return pushforward(formula(text), Gaussian(0, sd))


def is_infinite(found: Enclosure, reason: str) -> bool:
    return found.lo == math.inf and found.certified and reason in found.reason


# p^a q^(1 - a) next to a fold of order n, where p is like |y - y0|^(1/n - 1) and q is bounded: infinite if
# a >= n/(n - 1)
FOLDS = [
    ("tanh(z)**2", "7/4", False),
    ("tanh(z)**2", "2", True),
    ("tanh(z)**3", "7/5", False),
    ("tanh(z)**3", "3/2", True),
    ("tanh(z)**4", "5/4", False),
    ("tanh(z)**4", "4/3", True),
]


@pytest.mark.parametrize(("text", "order", "infinite"), FOLDS)
def test_folds_are_decided_at_the_exact_order(text: str, order: str, infinite: bool):
    reason = renyi(order).infinite(image(text), WIDE)
    assert bool(reason) == infinite
    assert ("next to 0" in reason) == infinite


def test_folds_of_both_laws_help_each_other():
    """2 (1 - 1/2) + (1 - 2)(1 - 1/2) = 1/2 < 1; z^2 maps both, so that the value is that of the two Gaussians."""
    found, truth = chi2.enclose(image("z**2"), image("z**2", 2)), 4 / math.sqrt(7) - 1
    assert found.lo <= truth <= found.hi
    assert found.error < 1e-8
    assert not found.lo <= truth * (1 + 1e-6) <= found.hi  # power
    assert chi2.infinite(image("z**4"), image("z**2")) != ""  # 2 (1 - 1/4) - (1 - 1/2) = 1


# The law of g in tails against a Gaussian of sd 2: what is infinite, and why.
TAILS = [
    (chi2, "z**3 + z", "in the left tail"),
    (chi2, "softplus(z)*3", "in the right tail"),
    (renyi("3/2"), "z**2", "in the right tail"),
    (kl, "exp(z**2)", "in the right tail"),
    (kl, "sinh(z**2)", "in the right tail"),
]


@pytest.mark.parametrize(("divergence", "text", "where"), TAILS)
def test_heavy_tails_are_proved(divergence: object, text: str, where: str):
    found = divergence.enclose(image(text), WIDE)  # type: ignore[attr-defined]
    assert is_infinite(found, f"is not integrable {where}")
    assert not is_infinite(found, "next to")  # power


FINITE = [(chi2, "softplus(z)"), (chi2, "z + tanh(z)/2"), (kl, "exp(z)"), (kl, "z**3"), (renyi("3/2"), "softplus(z)")]


@pytest.mark.parametrize(("divergence", "text"), FINITE)
def test_what_is_finite_is_enclosed(divergence: object, text: str):
    found = divergence.enclose(image(text), WIDE)  # type: ignore[attr-defined]
    assert 0 < found.lo <= found.hi < math.inf
    assert found.error < 1e-6


def test_the_order_of_the_arguments_counts():
    cubed = image("z**3 + z")
    assert is_infinite(chi2.enclose(cubed, Gaussian()), "p^2 q^-1")
    assert chi2.enclose(Gaussian(), cubed).hi < math.inf
    assert is_infinite(chi2.reversed.enclose(Gaussian(), cubed), "p^2 q^-1")


@pytest.mark.parametrize("text", ["exp(z)", "z**2", "cosh(z)"])
def test_one_map_of_two_gaussians_keeps_what_is_infinite(text: str):
    """A divergence does not change under an injective map, nor under an even one of even laws."""
    narrow, wide = image(text), image(text, 2)
    assert chi2.infinite(narrow, wide) == ""
    assert "p^2 q^-1 is not integrable" in chi2.infinite(wide, narrow)
    assert kl.infinite(wide, narrow) == kl.infinite(narrow, wide) == ""


def decided(p: AbstractLaw, q: AbstractLaw) -> bool | None:
    try:
        return bool(chi2.infinite(p, q))
    except NotCertifiable:
        return None


def test_branches_next_to_zero_are_not_taken_for_mirror_images():
    """z^2 exp(-z^2) is even and falls to 0 three times: far out and next to z = 0, where it has a fold.

    Next to 0 the law is like |y|^(-1/2) for sd 1, like |y|^(-7/8) for sd 2, up to powers of log |y|.
    """
    narrow, wide = image("z**2*exp(-z**2)"), image("z**2*exp(-z**2)", 2)
    assert decided(narrow, wide) is not True  # 2/2 - 7/8 < 1
    assert decided(wide, narrow) is not False  # 14/8 - 1/2 > 1
    assert decided(wide, Gaussian()) is True  # power


def test_a_fold_at_a_number_that_is_not_rational():
    assert "is not integrable next to -0.16997" in chi2.infinite(image("gelu(z)"), WIDE)
    assert renyi("7/4").infinite(image("gelu(z)"), WIDE) == ""  # power: below the order of the fold


def test_lognormal_laws_against_closed_forms():
    p, q = image("exp(z)"), image("exp(z)", 2)
    for found, truth in [
        (kl.enclose(p, q), math.log(2) - 3 / 8),
        (kl.enclose(q, p), 3 / 2 - math.log(2)),
        (renyi(2).enclose(p, q), math.log(4 / math.sqrt(7))),
        (renyi("1/2")(p, q), math.log(5 / 4)),
    ]:
        assert found.lo <= truth <= found.hi
        assert found.error < 1e-8
        assert not found.lo <= truth + 1e-6 <= found.hi  # power


def test_a_declared_growth_that_is_too_fast_says_nothing():
    with pytest.raises(NotCertifiable, match="growth like t\\^-1 is declared"):
        NEYMAN.enclose(Gaussian(), image("z**3 + z"))
    assert NEYMAN.infinite(image("z**3 + z"), Gaussian()) == ""


def test_what_is_not_decided_is_said_in_one_sentence():
    """The latent variable of exp(exp(z)) is like log log y: that is not compared with log y."""
    with pytest.raises(NotCertifiable, match=r"whether p\^2 q\^-1 is integrable in the right tail was not decided"):
        chi2.enclose(image("exp(exp(z))"), image("exp(z)"))


@pytest.mark.parametrize(("first", "second"), [("exp(exp(z))", "z**3"), ("exp(exp(exp(z)))", "exp(z)")])
def test_numbers_of_too_many_digits_are_not_written_out(first: str, second: str):
    """exp(exp(40)) has 10^17 digits; where a strand reaches that far is told without them."""
    found = kl(image(first), image(second))
    assert (found.lo, found.hi) == (0, math.inf)
    assert "not decided" in found.reason
    assert float(tv(image(first), image(second))) == pytest.approx(shared(first, second), abs=1e-6)


def shared(first: str, second: str) -> float:
    """TV of two laws on (0, inf) on a grid of log y, in which densities are those of Z by the slope."""
    t = np.linspace(-12, 12, 2_400_001)
    with np.errstate(all="ignore"):
        rows = [_by_log(text, t) for text in (first, second)]
    return 1 - float(np.sum(np.minimum(*rows))) * 1e-5


def _by_log(text: str, t: np.ndarray) -> np.ndarray:
    known = {
        "exp(z)": (t, np.ones_like(t)),
        "z**3": (np.exp(t / 3), np.exp(t / 3) / 3),
        "exp(exp(z))": (np.log(t), 1 / t),
        "exp(exp(exp(z)))": (np.log(np.log(t)), 1 / (t * np.log(t))),
    }
    z, slope = known[text]
    return np.nan_to_num(norm.pdf(z) * slope)


def test_a_fold_beside_a_density_below_all_powers():
    """Next to zero the lognormal density is below all powers of y.

    log(p/q) = (log(y)^2 + log y - y) / 2, and log Z^2 has the mean -gamma - log 2 and the variance pi^2 / 2.
    """
    fold, lognormal = image("z**2"), image("exp(z)")
    assert "is not integrable next to 0" in chi2.infinite(fold, lognormal)
    assert "is not integrable in the right tail" in chi2.infinite(lognormal, fold)
    mean = -0.5772156649015329 - math.log(2)
    truth = (math.pi**2 / 2 + mean**2 + mean - 1) / 2
    found = kl.enclose(fold, lognormal, 1e-6)
    assert found.error < 1e-6
    assert found.lo <= truth <= found.hi
    assert not found.lo <= truth + 1e-5 <= found.hi  # power


def test_mass_that_is_not_followed_leaves_it_open():
    with pytest.raises(NotCertifiable, match="is not followed"):
        renyi(Fraction(3, 2)).enclose(image("z + 2*sin(z)"), WIDE)
