"""Numbers that the sources state of latent laws, adversarial scores and variational marginals, one by one."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import eigh_tridiagonal
from scipy.special import ndtr

from lipbound import adversarial as adv
from lipbound import fisher, formula, kl, pushforward, required_lipschitz, tv, two_gaussians
from lipbound.chains import langevin
from lipbound.errors import DomainError
from lipbound.latent import bimodal, distance, laplace, logistic, normal, odd_distance, uniform
from lipbound.laws import Discrete, Gaussian, Uniform

# Latent laws


def test_no_two_of_seven_latents_are_ordered():
    laws = [uniform, normal, logistic, laplace, bimodal(1), bimodal(2), bimodal(3)]
    slopes = [0.6, 0.95, 1.2, 1.6, 2.0, 2.5, 3.2, 10.0, 40.0]
    table = np.array([[float(odd_distance(law, two_gaussians(3), L)) for L in slopes] for law in laws])
    pairs = [table[i] - table[k] for i in range(7) for k in range(i)]
    assert sum(gap.min() < -1e-6 and gap.max() > 1e-6 for gap in pairs) == len(pairs) == 21
    below = [gap[:3] for gap in pairs]  # power: small capacities alone put them in order
    assert sum(gap.min() < -1e-6 and gap.max() > 1e-6 for gap in below) < 21


@pytest.mark.parametrize(
    ("law", "L"),
    [(uniform, 19.6), (normal, 27.1), (logistic, 30.8), (laplace, 47.5), (bimodal(1), 23.2), (bimodal(2), 8.35)],
    ids=lambda each: getattr(each, "name", each),
)
def test_slopes_for_one_percent_in_the_valley(law, L):
    """Between the modes alone: a bounded latent also loses tails."""
    nu, x = two_gaussians(3), np.linspace(0, 3, 3001)

    def missing(slope: float) -> float:
        return 2 * float((np.asarray(nu.sf(x)) - law.cdf(-x / slope)).max())

    half = 0.5 * 10.0 ** -(2 if L < 10 else 1)
    assert missing(L + 1.01 * half) < 0.01 < missing(L - 1.01 * half)


INVERSE = [
    (2, (0.3, 0.1, 0.05, 0.01), (1.629, 3.021, 3.894, 5.654)),
    (3, (0.1, 0.05), (7.1135, 11.127)),  # published 7.115, see test_galois_connection
    (5, (0.3, 0.1, 0.05, 0.01), (6.760, 19.42, 35.55, 141.2)),
]


@pytest.mark.parametrize(("m", "levels", "slopes"), INVERSE)
def test_slopes_for_a_level(m, levels, slopes):
    for level, L in zip(levels, slopes, strict=True):
        assert float(distance(normal, two_gaussians(m), L * 1.0005)) < level
        assert float(distance(normal, two_gaussians(m), L * 0.9995)) > level


def test_the_composition_law():
    """A latent law made from N(0, 1) and then decoded asks for e^(m^2/2) in all, whichever it is."""
    nu, whole = two_gaussians(3), math.exp(4.5)
    for a in (1, 2, 4):
        latent = two_gaussians(a)
        product = float(required_lipschitz(latent)) * float(required_lipschitz(nu, latent))
        assert product >= whole * (1 - 1e-9)
        assert float(required_lipschitz(latent)) < whole or a == 4


# Adversarial games


def test_score_matching_with_other_weights():
    for w in ("1/20", "1/10", "1/5", "7/20", "9/20"):
        share = float(Fraction(w))
        limit = math.sqrt(math.pi / 2) * (math.sqrt(1 - share) - math.sqrt(share)) ** 2
        found = float(fisher(two_gaussians(6, 1, w), two_gaussians(6)))
        assert found * math.exp(18) / 6 == pytest.approx(limit, rel=1.2e-2)


def test_divergences_of_weights():
    for m, value in ((1, 0.104), (2, 0.179), (3, 0.192), (4, 0.1927), (6, 0.1927)):
        found = float(kl(two_gaussians(m, 1, "1/5"), two_gaussians(m)))
        assert found == pytest.approx(value, abs=6e-4 if m < 4 else 6e-5)
    for m, value in ((3, 0.0300), (5, 0.0300)):
        assert float(adv.flow_loss(two_gaussians(m), two_gaussians(m, 1, "1/5"))) == pytest.approx(value, abs=5e-6)


NU, Q = two_gaussians(2), Gaussian("0.3", "1.5")


def test_poisson_game():
    assert float(adv.poisson_value(NU, Q)) == pytest.approx(0.06237425289, abs=5e-12)


def series(x: np.ndarray, terms: int) -> np.ndarray:
    """The Fourier sum of F_q - F_nu on a period of 40, its coefficients by the trapezoidal rule."""
    grid = np.arange(-20, 20, 0.005)
    gap = np.asarray(Q.cdf(grid)) - np.asarray(NU.cdf(grid))
    total = np.zeros_like(x)
    for k in range(1, terms + 1):
        omega = 2 * math.pi * k / 40
        total += 2 * np.real(np.exp(1j * omega * x) * np.mean(gap * np.exp(-1j * omega * grid)))
    return total


@pytest.mark.parametrize(("terms", "error"), [(5, 0.120), (10, 0.0213), (20, 0.0076), (40, 0.0075)])
def test_fourier_discriminator(terms, error):
    """The published 0.119 and 0.0210 are a little below the suprema."""
    x = np.linspace(-10, 10, 4001)
    found = adv.fourier_slope(NU, Q, x, terms, 40)
    assert np.abs(found - series(x, terms)).max() < 1e-7
    assert np.abs(found - adv.poisson_slope(NU, Q, x)).max() == pytest.approx(error, abs=2e-4 if terms == 5 else 6e-5)


def test_power_what_a_period_loses_is_the_difference_of_means():
    x = np.linspace(-5, 5, 101)
    error = adv.poisson_slope(NU, Q, x) - adv.fourier_slope(NU, Q, x, 60, 40)
    assert np.abs(error - (0.0 - 0.3) / 40).max() < 1e-9 or np.abs(error + (0.0 - 0.3) / 40).max() < 1e-9
    centred = adv.poisson_slope(NU, Gaussian(0, "1.5"), x) - adv.fourier_slope(NU, Gaussian(0, "1.5"), x, 60, 40)
    assert np.abs(centred).max() < 1e-9
    with pytest.raises(DomainError, match="terms = 0"):
        adv.fourier_slope(NU, Q, x, 0, 40)
    with pytest.raises(DomainError, match="mixture"):
        adv.fourier_slope(NU, Uniform(0, 1), x, 5, 40)


@pytest.mark.parametrize(("time", "value"), [(5, 0.452), (20, 0.159), (100, 0.0220)])
def test_flow_out_of_one_mode(time, value):
    found = adv.flow_distance(two_gaussians(3), time, centre=-3)
    assert float(found) == pytest.approx(value, abs=6e-4 if value > 0.1 else 6e-5)
    assert float(adv.flow_distance(two_gaussians(3), 0, centre=-3)) == pytest.approx(
        float(tv(Gaussian(-3), two_gaussians(3))), abs=1e-7
    )


@pytest.mark.parametrize(("m", "time", "value"), [(5, 500, 0.010318), (3, 500, 0.001468)])
def test_flow_out_of_one_mode_by_its_distribution_function(m, time, value):
    """Published 0.0102 and 0.0014. Half the variation of F_g - F_d along the flow, which needs no density."""
    middle = np.linspace(-0.1, 0.1, 2001)
    z = np.concatenate((np.linspace(-8, -0.1, 800)[:-1], middle, np.linspace(0.1, 8, 800)[1:]))
    u = ndtr(z)

    def rates(_: float, x: np.ndarray) -> np.ndarray:
        return u - (ndtr(x - m) + ndtr(x + m)) / 2

    x = solve_ivp(rates, (0, time), z - m, "RK45", rtol=1e-9, atol=1e-11).y[:, -1]
    gap = np.concatenate(([0.0], u - (ndtr(x - m) + ndtr(x + m)) / 2, [0.0]))  # it vanishes at both infinities
    found = 0.5 * float(np.abs(np.diff(gap)).sum())
    assert found == pytest.approx(value, abs=2e-6)
    assert float(adv.flow_distance(two_gaussians(m), time, centre=-m)) == pytest.approx(value, abs=2e-6)


def test_score_flow_of_the_mean_in_closed_form():
    """b(t) = mu (1 - exp(-2 t / sd^4)), so that W2^2 at time 1 is 0.02040 and not the published 0.02037."""
    a, b = adv.linear_flow("score", 5, math.sqrt(0.75), 1)
    assert b == pytest.approx(5 * (1 - math.exp(-2 / 0.75**2)), abs=1e-9)
    assert (a - math.sqrt(0.75)) ** 2 + (b - 5) ** 2 >= 25 * math.exp(-4 / 0.75**2) > 0.02038


# Langevin diffusion

GAPS = {1: 0.485068, 1.5: 0.257219, 2: 0.119065, 3: 0.0143169, 4: 6.2010e-4, 5: 8.9525e-6}


@pytest.mark.parametrize("m", GAPS)
def test_spectral_gaps(m):
    found = adv.spectral_gap(two_gaussians(m))
    assert float(found) == pytest.approx(GAPS[m], rel=6e-6 if m < 4 else 1e-5)
    assert found.error < 1e-11 * float(found) + 1e-13
    assert float(found) >= max(math.exp(-m * m), math.exp(-m * m) / (2 * math.pi) / 4)  # 1 / L*^2, Cheeger


def test_spectral_gap_against_finite_differences():
    """The symmetrised chain that jumps between neighbouring cells; second order in the cell."""
    values = []
    for cells in (1000, 2000):
        edges = np.linspace(-8.5, 8.5, cells + 1)
        middle, h = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0]
        p, road = np.asarray(NU.pdf(middle)), np.asarray(NU.pdf(edges[1:-1]))
        rate = np.append(road, 0) + np.append(0, road)
        off = -road / np.sqrt(p[1:] * p[:-1]) / h**2
        values.append(float(eigh_tridiagonal(rate / p / h**2, off, select="i", select_range=(1, 1))[0][0]))
    limit = (4 * values[1] - values[0]) / 3
    assert float(adv.spectral_gap(NU)) == pytest.approx(limit, rel=1e-7)
    assert abs(float(adv.spectral_gap(two_gaussians("2.001"))) - limit) > 1e-5  # power


def test_two_states_and_the_quadratic_formula():
    for m, ratio in ((2, 1.165), (3, 1.035), (4, 1.0020), (5, 1.0000)):
        found = float(adv.spectral_gap(two_gaussians(m))) / float(adv.two_state_rate(two_gaussians(m), -m, m))
        assert found == pytest.approx(ratio, abs=6e-4 if m < 4 else 6e-5)
    gap, height = float(adv.spectral_gap(two_gaussians(5))), math.exp(-12.5) / math.sqrt(2 * math.pi)
    assert gap / (4 / math.pi * 5 * height) == pytest.approx(0.946, abs=6e-4)
    curve = 5 * 5 - 1  # of -log p at the valley; at the modes it is one
    kramers = 2 * math.sqrt(curve) / (2 * math.pi) * math.exp(math.log(2 * height * math.sqrt(2 * math.pi)))
    assert kramers / gap == pytest.approx(1.162e-5 / 8.9525e-6, rel=3e-2)  # the textbook's is too fast
    for m in (2, 3):  # both sides of the valley count
        assert float(adv.spectral_gap(two_gaussians(m, 1, "1/5"))) > float(adv.spectral_gap(two_gaussians(m)))


def test_bad_gaps():
    with pytest.raises(DomainError, match="atom"):
        adv.spectral_gap(Discrete((0,), (1,)))
    with pytest.raises(DomainError, match="left"):
        adv.two_state_rate(NU, 1, -1)


def test_langevin_forgets_its_mode_at_the_rate_of_the_gap():
    nu = two_gaussians(2)
    coarse, fine = (float(langevin(nu, h, round(20 / h), Gaussian(-2)).law().tv(nu)) for h in (0.025, 0.0125))
    assert 2 * fine - coarse == pytest.approx(0.0428, abs=2.5e-4)  # of higher order in the step
    assert abs(0.5 * math.exp(-20 * GAPS[2]) - 0.0428) < 5e-3  # and no nearer: one mode is not the slow one


def test_reverse_kl_dissipates_fisher_information():
    g = formula("1.3*z + 0.4*sin(z)")
    law = Gaussian("0.2", "1.3")
    assert float(adv.dissipation(adv.reverse_kl, formula("1.3*z + 0.2"), NU)) == pytest.approx(
        float(fisher(law, NU)), rel=1e-9
    )
    assert float(adv.dissipation(adv.reverse_kl, g, NU)) == pytest.approx(0.874903, abs=6e-7)
    assert pushforward(g).atoms() == ()
