"""Adversarial games on the line: closed forms, first variations against finite perturbations, and where claims fail."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import solve_ivp

from lipbound import adversarial as adv
from lipbound import affine, chi2, fisher, formula, gaussian_mixture, hellinger2, kl, pushforward, tv, two_gaussians
from lipbound.adversarial.integral import ENDLESS, LATENT, crossings, cuts, expectation, integral, under_normal
from lipbound.errors import DomainError, NotCertifiable
from lipbound.laws import Discrete, Gaussian, Uniform
from lipbound.maps import clamp, fold, from_slopes

G = formula("1.3*z + 0.4*sin(z)")
NU = two_gaussians(2)
LOGS = np.array([-6.0, -1.0, -0.1, 0.3, 2.0, 5.0])


def slope_at_zero(f, step: float) -> float:
    """Five points: error of fourth order."""
    return (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step)


# Integrals


def test_integrals_are_honest_and_tight():
    truths = [
        (under_normal(lambda z: z**6), 15.0),
        (under_normal(np.abs), math.sqrt(2 / math.pi)),
        (integral(lambda z: np.exp(-np.abs(z - 0.3)), LATENT), 2.0),
        (expectation(lambda x: np.cos(x), Gaussian(1, 3)), math.exp(-4.5) * math.cos(1)),
    ]
    for found, truth in truths:
        assert found.lo <= truth <= found.hi
        assert found.error < 1e-11 * max(1.0, truth)


def test_power_integrals_say_when_they_do_not_exist():
    found = under_normal(lambda z: np.exp(z * z))
    assert (found.lo, found.hi, found.reason) == (-math.inf, math.inf, ENDLESS)
    assert integral(lambda z: np.sign(np.sin(1e6 * z)), LATENT).error > 1e-2
    with pytest.raises(DomainError, match="atom at 0"):
        expectation(np.cos, Discrete((0,), (1,)))
    assert len(cuts(Gaussian(0))) > 10


# Games


@pytest.mark.parametrize("game", adv.GAMES, ids=lambda g: g.name)
def test_optimal_discriminators_are_slopes_of_the_generator(game):
    r = sp.Symbol("r", positive=True)
    generators = {
        "KL": r * sp.log(r),
        "reverse KL": -sp.log(r),
        "Pearson": (r - 1) ** 2,
        "squared Hellinger": (sp.sqrt(r) - 1) ** 2,
        "SGAN": r * sp.log(r) - (r + 1) * sp.log(r + 1),
    }
    f = generators[game.name]
    for u in LOGS:
        at = sp.exp(sp.Rational(str(u)))
        T, C = (float(e.subs(r, at).evalf(30)) for e in (f.diff(r), r**2 * f.diff(r, 2)))
        payoff = float((r * f.diff(r) - f).subs(r, at).evalf(30))  # f^c(f'(r)) = r f'(r) - f(r)
        assert game.f(math.exp(u)) == pytest.approx(float(f.subs(r, at).evalf(30)), rel=1e-12, abs=1e-13)
        assert game.T(u) == pytest.approx(T, rel=1e-13)
        assert game.weight(u) == pytest.approx(C, rel=1e-13)
        assert game.payoff(u) == pytest.approx(payoff, rel=1e-12)
        assert game.conjugate(game.T(u)) == pytest.approx(payoff, rel=1e-9)


def test_sgan_weight_is_not_the_one_in_print():
    r = np.exp(LOGS)
    assert np.allclose(adv.sgan.weight(LOGS), r / (1 + r), rtol=1e-14)
    assert not np.allclose(adv.sgan.weight(LOGS), r**2 / (1 + r), rtol=1e-2)  # Table 1 of the paper


@pytest.mark.parametrize(
    ("game", "T"), [(adv.reverse_kl, 0.0), (adv.sgan, 0.1), (adv.hellinger, 1.0), (adv.pearson, -3)]
)
def test_discriminators_outside_their_domain_are_refused(game, T):
    with pytest.raises(DomainError, match="outside"):
        game.conjugate(T)


@pytest.mark.parametrize(
    ("a", "values"),
    [
        (1, (0.6065, 1, 0.7358, 0.3894, 0.3775, 0.6225)),
        (2, (0.2707, 2, 0.0733, 0.3679, 0.2384, 1.7616)),
        (4, (1.34e-3, 4, 9.0e-7, 0.0366, 1.34e-3, 3.9987)),
        (6, (9.1e-8, 6, 2.8e-15, 3.7e-4, 9.1e-8, 6.0)),
    ],
)
def test_vanishing_gradients(a, values):
    g, nu = affine(1, -a), Gaussian(0)
    found = [float(adv.velocity(game, g, nu, [0.0])[0]) for game in adv.GAMES]
    found.append(adv.non_saturating_weight(-a * a / 2) * a)
    for x, published in zip(found, values, strict=True):
        assert x == pytest.approx(
            published, rel=2e-2 if published < 1e-3 else 1e-3, abs=6e-5 if published > 1e-3 else 0
        )


def test_least_squares_weight_is_the_slope_of_its_loss():
    for fake, real, wanted in [(0, 1, 1), (-1, 1, 0), (0.2, 0.9, 0.7)]:
        for u in LOGS:
            loss = lambda e: (adv.least_squares_discriminator(u + e, fake, real) - wanted) ** 2  # noqa: B023
            assert adv.least_squares_weight(u, fake, real, wanted) == pytest.approx(
                -slope_at_zero(loss, 1e-3), abs=1e-10
            )
    r = np.exp(LOGS)
    assert np.allclose(adv.least_squares_weight(LOGS, 0, 1, 1), 2 * r / (1 + r) ** 3)
    assert np.allclose(adv.least_squares_weight(LOGS, -1, 1, 0), -4 * r * (r - 1) / (r + 1) ** 3)
    assert adv.least_squares_weight(1e-6, -1, 1, 0) < 0 < adv.least_squares_weight(-1e-6, -1, 1, 0)


# Scores


def test_scores_are_slopes_of_log_densities():
    x = np.linspace(-7, 7, 29)
    for law in (NU, two_gaussians(3, "1/2", "1/5"), pushforward(from_slopes((0,), (2, "1/2"), (0, 1)))):
        numeric = slope_at_zero(lambda e: np.asarray(law.logpdf(x + e)), 3e-4)  # noqa: B023
        smooth = np.abs(x - 1) > 0.01  # the third law jumps at 1
        assert np.abs(adv.score(law, x) - numeric)[smooth].max() < 1e-8
    assert np.abs(adv.score(NU, x) - (-x + 2 * np.tanh(2 * x))).max() < 1e-13


def test_generator_score_is_the_score_of_its_law():
    z = np.linspace(-2, 2, 9)
    law = pushforward(G)
    at = adv.generated(G, z)
    numeric = slope_at_zero(lambda e: np.asarray(law.logpdf(at.x + e)), 1e-3)
    assert np.abs(at.score - numeric).max() < 1e-8
    assert np.abs(at.logpdf - np.asarray(law.logpdf(at.x))).max() < 1e-11
    wrong = -z / (1.3 + 0.4 * np.cos(z))  # without the second derivative
    assert np.abs(wrong - numeric).max() > 0.05


@pytest.mark.parametrize("g", [fold(), clamp(-1, 1), formula("z**3 - z"), affine(0, 1)], ids=str)
def test_generators_that_are_not_invertible_are_refused(g):
    with pytest.raises(DomainError, match=r"invertible"):
        adv.generator_score(g, [0.1])


def test_a_score_of_a_smooth_image_is_not_guessed():
    with pytest.raises(NotCertifiable, match="generator_score"):
        adv.score(pushforward(G), [0.0])


# First variations


def directions():
    return [(np.cos, formula("cos(z)")), (lambda z: np.tanh(z - 1), formula("tanh(z - 1)"))]


@pytest.mark.parametrize("game", adv.GAMES, ids=lambda g: g.name)
def test_first_variation_against_finite_perturbations(game):
    for eta, _ in directions():
        loss = lambda e: float(adv.frozen_loss(game, G, NU, lambda z: G(z) + e * eta(z)))  # noqa: B023
        numeric = slope_at_zero(loss, 2e-3)
        found = adv.first_variation(game, G, NU, eta)
        assert float(found) == pytest.approx(numeric, abs=2e-8)
        assert found.error < 1e-10


def test_power_a_wrong_weight_or_score_fails():
    eta = lambda z: np.cos(z) + 0.3 * z
    right = {game.name: float(adv.first_variation(game, G, NU, eta)) for game in adv.GAMES}
    numeric = slope_at_zero(lambda e: float(adv.frozen_loss(adv.sgan, G, NU, lambda z: G(z) + e * eta(z))), 2e-3)
    assert all(abs(value - numeric) > 5e-3 for name, value in right.items() if name != "SGAN")

    def erratum(z):  # r^2 / (1 + r), as printed
        at = adv.generated(G, z)
        u = np.asarray(NU.logpdf(at.x)) - at.logpdf
        return -np.exp(u) * adv.sgan.weight(u) * (adv.score(NU, at.x) - at.score) * eta(z)

    assert abs(float(under_normal(erratum)) - numeric) > 1e-2
    assert abs(float(adv.first_variation(adv.sgan, G, two_gaussians("2.01"), eta)) - numeric) > 1e-4


def test_first_variation_is_the_slope_of_the_divergence_itself():
    """The discriminator is optimal: what it would gain by answering is of second order."""
    measures = {
        "KL": lambda q: float(kl(NU, q)),
        "reverse KL": lambda q: float(kl(q, NU)),
        "squared Hellinger": lambda q: 2 * float(hellinger2(NU, q)),
    }
    g, eta = affine(2), lambda z: z + 1
    for game in adv.GAMES:
        if game.name in measures:
            moved = lambda e: measures[game.name](pushforward(affine(2 + e, e)))  # noqa: B023
            assert float(adv.first_variation(game, g, NU, eta)) == pytest.approx(slope_at_zero(moved, 1e-2), abs=1e-6)
    pearson = lambda e: float(chi2(NU, pushforward(affine(2 + e, e))))
    assert float(adv.first_variation(adv.pearson, g, NU, eta)) == pytest.approx(slope_at_zero(pearson, 1e-3), rel=1e-6)


@pytest.mark.parametrize("game", adv.GAMES, ids=lambda g: g.name)
def test_stationary_exactly_where_scores_agree(game):
    for eta, _ in directions():
        exact = adv.first_variation(game, affine("1/2", 3), Gaussian(3, "1/2"), eta)
        assert 0 in exact
        assert exact.error < 1e-11
    off = adv.first_variation(game, affine("0.501", 3), Gaussian(3, "1/2"), lambda z: z)
    assert 0 not in off


def test_dissipation():
    published = {
        "KL": 1.453483,
        "reverse KL": 0.874903,
        "squared Hellinger": 0.181676,
        "SGAN": 0.153748,
        "Pearson": 480.5409,
    }
    for game in adv.GAMES:
        assert float(adv.dissipation(game, G, NU)) == pytest.approx(published[game.name], rel=4e-6)
        flow = adv.first_variation(game, G, NU, lambda z: adv.velocity(game, G, NU, z))  # noqa: B023
        assert float(flow) == pytest.approx(-float(adv.dissipation(game, G, NU)), rel=1e-9)


def test_an_infinite_variation_is_not_a_number():
    """Pearson's weight 2 r^2 against a generator with lighter tails than the data."""
    found = adv.first_variation(adv.pearson, affine("1/2"), Gaussian(0), lambda z: z)
    assert (found.lo, found.hi) == (-math.inf, math.inf)
    assert found.reason


def test_counterexample_a_relu_generator_has_no_first_variation():
    """The density jumps at a kink, so does T: pushed one way and the other, the loss has different slopes."""
    g, nu = from_slopes((0,), (1, 3), (0, 0)), Gaussian(0, 2)
    law = pushforward(g)

    def loss(e: float) -> float:
        def payoff(z):
            u = np.asarray(nu.logpdf(g(z) + e)) - np.asarray(law.logpdf(g(z) + e))
            return -adv.reverse_kl.payoff(u) * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)

        return float(integral(payoff, [*LATENT, -e if e > 0 else -e / 3]))

    right, left = ((loss(e) - loss(0)) / e for e in (1e-4, -1e-4))
    # T jumps by log 3 at zero, where the density is phi(0) on the left and phi(0) / 3 on the right
    assert abs(right - left) == pytest.approx(math.log(3) * (1 - 1 / 3) / math.sqrt(2 * math.pi), rel=1e-2)
    with pytest.raises(DomainError, match="kinks"):
        adv.first_variation(adv.reverse_kl, g, nu, np.ones_like)
    with pytest.raises(DomainError, match="kinks"):
        adv.frozen_loss(adv.reverse_kl, g, nu, g)


# Kernels


KERNELS = [adv.gaussian_kernel(0.3), adv.gaussian_kernel(1), adv.gaussian_kernel(2), adv.inverse_multiquadric(1)]


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda k: f"{k.name} {k.width}")
def test_flows_are_differences_of_smoothed_scores(kernel):
    x = np.linspace(-4, 4, 17)
    for law in (NU, two_gaussians(1, "1/3", "1/5")):
        field = adv.flow_field(kernel, law, Gaussian(0, 2), x)
        ours, theirs = (adv.smoothed_score(kernel, q, x) for q in (law, Gaussian(0, 2)))
        assert np.abs(field.value - (ours.value - theirs.value)).max() < 1e-13
        assert field.error.max() < 1e-9
        numeric = slope_at_zero(lambda e: adv.witness(kernel, law, Gaussian(0, 2), x + e).value, 1e-3)  # noqa: B023
        assert np.abs(field.value - numeric).max() < 1e-8


def test_power_a_wrong_kernel_breaks_the_identity():
    x = np.linspace(-4, 4, 17)
    field = adv.flow_field(adv.gaussian_kernel(1), NU, Gaussian(0), x).value
    wrong = [adv.smoothed_score(adv.gaussian_kernel(1.05), q, x).value for q in (NU, Gaussian(0))]
    assert np.abs(field - (wrong[0] - wrong[1])).max() > 1e-3


def test_a_gaussian_kernel_against_its_closed_form():
    x, found = (
        np.linspace(-3, 3, 7),
        adv.witness(adv.gaussian_kernel(1), Gaussian(1), Gaussian(-1), np.linspace(-3, 3, 7)),
    )
    truth = (np.exp(-((x - 1) ** 2) / 4) - np.exp(-((x + 1) ** 2) / 4)) / math.sqrt(2)
    assert np.all(np.abs(found.value - truth) <= found.error)
    assert found.error.max() < 1e-11


def test_counterexample_smoothed_scores_do_not_see_jumps():
    law, x = pushforward(from_slopes((0,), (1, 3), (0, 0))), [0.5]
    kernel = adv.gaussian_kernel(1)
    field = adv.flow_field(kernel, law, Gaussian(0), x).value
    scores = [adv.smoothed_score(kernel, q, x).value for q in (law, Gaussian(0))]
    jump = float(law.pdf(0.0)) - float(law.pdf(-1e-12))
    assert abs(float((field - (scores[0] - scores[1]))[0])) > 0.1
    assert np.allclose(field, scores[0] - scores[1] + jump * kernel.value(0.5), atol=1e-9)


def test_ipm_first_variation_against_finite_perturbations():
    kernel, g = adv.gaussian_kernel(1), affine("1.3", "0.2")
    law = pushforward(g)

    def loss(e: float) -> float:
        def payoff(z):
            found = adv.witness(kernel, NU, law, g(z) + e * np.cos(z))
            return -found.value

        return float(under_normal(payoff))

    found = adv.ipm_first_variation(kernel, g, NU, np.cos)
    assert float(found) == pytest.approx(slope_at_zero(loss, 1e-2), abs=1e-8)
    assert abs(float(adv.ipm_first_variation(adv.gaussian_kernel(1.1), g, NU, np.cos)) - float(found)) > 1e-4  # power
    assert 0 in adv.ipm_first_variation(kernel, clamp(-1, 1), pushforward(clamp(-1, 1)), np.cos)  # atoms too


@pytest.mark.parametrize(
    ("value", "slope", "message"),
    [
        (lambda x: -np.exp(-x * x), lambda x: 2 * x * np.exp(-x * x), "not positive definite"),
        (lambda x: np.where(np.abs(x) < 1, 1.0, 0.0), lambda x: 0 * x, "not positive definite"),
        (np.exp, np.exp, "not even"),
    ],
)
def test_kernels_that_are_none_are_refused(value, slope, message):
    with pytest.raises(DomainError, match=message):
        adv.Kernel("bad", value, slope)
    for make in (adv.gaussian_kernel, adv.inverse_multiquadric, adv.coulomb):
        with pytest.raises(DomainError, match="positive"):
            make(-1.0)


# Poisson, quantiles, weights


def test_poisson_discriminator():
    q, x = Gaussian("0.3", "1.2"), np.linspace(-4, 4, 17)
    for price in (0.5, 2.0):
        slope = adv.poisson_slope(NU, q, x, price)
        laplacian = slope_at_zero(lambda e: adv.poisson_slope(NU, q, x + e, price), 1e-3)  # noqa: B023
        assert np.abs(-laplacian - (np.asarray(NU.pdf(x)) - np.asarray(q.pdf(x))) / (2 * price)).max() < 1e-9
        field = adv.flow_field(adv.coulomb(1 / (2 * price)), NU, q, x)
        assert np.all(np.abs(field.value - slope) <= field.error + 1e-14)
        # the value of the game at its optimum is half of its linear part, E_d D - E_g D
        linear = integral(lambda t: adv.poisson_slope(NU, q, t, price) ** 2 * price, cuts(NU, q))  # noqa: B023
        assert float(adv.poisson_value(NU, q, price)) == pytest.approx(float(linear), rel=1e-12)


def test_power_the_poisson_kernel_needs_its_constant():
    field = adv.flow_field(adv.coulomb(2.0), NU, Gaussian(0), [1.0])  # psi = |x| has psi'' = 2 delta
    assert abs(field.value[0] - adv.poisson_slope(NU, Gaussian(0), [1.0])[0]) > 0.05


def test_cramer_von_mises_in_both_forms():
    q = Gaussian("0.3", "1.2")
    density = adv.flow_loss(NU, q)
    quantiles = under_normal(lambda z: (np.asarray(NU.cdf(0.3 + 1.2 * z)) - np.asarray(Gaussian(0).cdf(z))) ** 2)
    assert float(density) == pytest.approx(float(quantiles), abs=1e-12)
    with pytest.raises(DomainError, match="atom"):
        adv.flow_loss(NU, Discrete((0,), (1,)))
    with pytest.raises(DomainError, match="price"):
        adv.poisson_value(NU, q, 0.0)


@pytest.mark.parametrize(
    ("m", "times"),
    [
        (3, ((5, 2.951, 0.4103), (20, 8.551, 0.1215), (100, 32.869, 0.01615), (500, 80.310, 0.00154))),
        (2, ((5, 2.512, 0.2205), (20, 5.219, 0.0555), (100, 7.360, 0.0071), (500, 7.389, 0.0012))),
    ],
)
def test_quantile_flow(m, times):
    nu = two_gaussians(m)
    for time, slope, distance in times:
        assert adv.central_slope(nu, time) == pytest.approx(slope, abs=6e-4)
        assert adv.quantile_flow(nu, [0.0], time).slope[0] == pytest.approx(adv.central_slope(nu, time), rel=1e-8)
        assert float(adv.flow_distance(nu, time)) == pytest.approx(
            distance, abs=6e-5 if distance > 0.02 or m == 2 else 6e-6
        )


def test_flows_settle():
    """However stiff: at the monotone map, whose slope at 0 is e^(m^2/2)."""
    assert adv.quantile_flow(two_gaussians(3), [0.0], 1e12).slope[0] == pytest.approx(math.exp(4.5), rel=1e-9)
    narrow = adv.quantile_flow(Gaussian(0, "1/1000"), [-1.0, 0.0, 2.0], 1e3)
    assert narrow.x == pytest.approx([-1e-3, 0.0, 2e-3], abs=1e-11)
    assert narrow.slope == pytest.approx(1e-3, rel=1e-8)
    assert float(adv.flow_distance(Gaussian(0, "1/30"), 20)) > 0.1  # and the tails are still under way


def test_central_slope_of_far_modes():
    """L - (L - 1) exp(-s / L) as it stands was 0 from m = 9 on."""
    for m in (3, 6, 8, 9, 12, 40, 10**6):
        found = adv.central_slope(two_gaussians(m), 20)
        assert found == pytest.approx(adv.quantile_flow(two_gaussians(m), [0.0], 20).slope[0], rel=1e-8)
        if m > 6:
            assert found == pytest.approx(1 + 20 / math.sqrt(2 * math.pi), rel=1e-7)


def test_linear_flows_against_their_equations():
    """Which were solved by steps, and stopped short where they are stiff."""
    mean, sd, start = 1.5, 0.9, (1.7, 0.3)

    def rates(power: int):
        def rate(_: float, state: np.ndarray) -> np.ndarray:
            a, b = state
            pull, both = 1 / a - a / sd**2, 1 if power == 1 else 2 * (1 / a**2 + 1 / sd**2)
            return np.array([pull * both, power * (mean - b) / sd ** (2 * power)])

        return rate

    for kind, power in (("score", 2), ("reverse KL", 1)):
        for time in (0.01, 0.3, 2):
            truth = solve_ivp(rates(power), (0, time), start, "DOP853", rtol=1e-12, atol=1e-13).y[:, -1]
            assert adv.linear_flow(kind, mean, sd, time, start) == pytest.approx(truth, abs=1e-10)
    assert adv.linear_flow("score", 5, 1e-6, 1e6) == pytest.approx((1e-6, 5), rel=1e-12)
    assert adv.linear_flow("score", 0, 1e200, 1) == pytest.approx((3**0.5, 0), rel=1e-12)  # a^4 = 1 + 8 t
    assert adv.linear_flow("reverse KL", 1e300, 1, 1)[1] == pytest.approx(1e300 * -math.expm1(-1), rel=1e-12)
    assert adv.linear_flow("score", 5, 1, 1, (-2.0, 1.0))[0] < -1  # it keeps its orientation
    for bad in ((math.nan, 1, 1), (0, math.inf, 1), (math.inf, 1, 1)):
        with pytest.raises(DomainError, match=r"finite|positive"):
            adv.linear_flow("score", *bad)


def test_a_linear_flow_descends_its_loss():
    loss = lambda a, b: adv.linear_score_loss(a, b, 1.5, 0.9)
    a, b = adv.linear_flow("score", 1.5, 0.9, 1e-7, (1.7, 0.3))
    down = -slope_at_zero(lambda e: loss(1.7 + e, 0.3), 1e-3), -slope_at_zero(lambda e: loss(1.7, 0.3 + e), 1e-3)
    assert ((a - 1.7) / 1e-7, (b - 0.3) / 1e-7) == pytest.approx(down, rel=2e-5)


def test_games_against_discrete_laws():
    two, one = Discrete((-1, 1), ("1/2", "1/2")), Discrete((0,), (1,))
    assert abs(float(adv.poisson_value(two, one)) - 0.25) <= adv.poisson_value(two, one).error < 1e-12
    for same in (two, NU, Gaussian(0)):
        found = adv.poisson_value(same, same)  # once endless
        assert (float(found), found.error < 1e-30) == (0, True)
    found = adv.poisson_value(two, Gaussian(0))  # E|X - Z| less half of E|X - X'| and of E|Z - Z'|, over 4 price
    folded = 2 * math.exp(-0.5) / math.sqrt(2 * math.pi) + math.erf(math.sqrt(0.5))
    assert abs(float(found) - (folded - 0.5 - 1 / math.sqrt(math.pi)) / 2) <= found.error < 1e-13
    found = adv.flow_loss(two, Gaussian(0))
    assert abs(float(found) - 0.029177195967659927) <= found.error + 1e-16  # scipy.integrate.quad, cut at the atoms
    for ask in (
        lambda: adv.velocity(adv.sgan, affine(1), two, [0.0]),  # not a number, once
        lambda: adv.dissipation(adv.sgan, affine(1), two),
        lambda: adv.first_variation(adv.sgan, affine(1), two, np.cos),
        lambda: adv.frozen_loss(adv.sgan, affine(1), two, np.cos),
        lambda: adv.quantile_flow(two, [0.5], 20),
        lambda: adv.flow_distance(two, 20),
        lambda: adv.central_slope(two, 20),
    ):
        with pytest.raises(DomainError, match="atom"):
            ask()
    with pytest.raises(DomainError, match="range of float64"):
        adv.generator_score(formula("exp(z)"), [1000.0])


def test_flow_distance_is_a_total_variation():
    assert float(adv.flow_distance(NU, 0)) == pytest.approx(float(tv(Gaussian(0), NU)), abs=2e-8)
    for bad in (
        lambda: adv.quantile_flow(NU, [0.0], -1),
        lambda: adv.quantile_flow(NU, [0.0], 1e300),
        lambda: adv.central_slope(NU, -1),
        lambda: adv.linear_flow("score", 5, 1, -1),
    ):
        with pytest.raises(DomainError, match="time"):
            bad()
    with pytest.raises(DomainError, match="median"):
        adv.central_slope(two_gaussians(2, 1, "1/5"), 1)


def test_score_matching_is_blind_to_weights_and_floats_are_not():
    published = [(1, 0.1233, 0.205), (2, 0.0637, 0.286), (3, 8.11e-3, 0.299), (4, 3.308e-4, 0.29998), (5, 4.62e-6, 0.3)]
    published.append((6, 2.27e-8, 0.3))
    limit = math.sqrt(math.pi / 2) * (math.sqrt(0.8) - math.sqrt(0.2)) ** 2
    for m, loss, distance in published:
        q, p = two_gaussians(m, 1, "1/5"), two_gaussians(m)
        found = float(fisher(q, p))
        assert found == pytest.approx(loss, rel=2e-3)
        assert float(tv(q, p)) == pytest.approx(distance, abs=6e-4)
        if m >= 5:
            assert found * math.exp(m * m / 2) / m == pytest.approx(limit, rel=2e-2)
        if m >= 2:
            assert float(adv.flow_loss(p, q)) == pytest.approx(0.0296 if m == 2 else 0.03, abs=5e-5)
    assert found * math.exp(m * m / 2) / m == pytest.approx(0.2488, abs=6e-5)
    q, p = two_gaussians(5, 1, "1/5"), two_gaussians(5)
    assert float(adv.poisson_value(p, q)) == pytest.approx(0.39922, abs=6e-6)


def test_linear_generators():
    assert adv.linear_score_loss(1.3, 0.2, 2, 1) == pytest.approx(
        float(fisher(Gaussian("0.2", "1.3"), Gaussian(2))), rel=1e-10
    )
    sd = math.sqrt(0.75)
    for time, score, reverse in [(0.5, 0.7137, 6.591), (1, 0.02037, 1.737), (2, 1.66e-5, 0.1207), (3, 1.35e-8, 8.4e-3)]:
        for kind, published in (("score", score), ("reverse KL", reverse)):
            a, b = adv.linear_flow(kind, 5, sd, time)
            assert (a - sd) ** 2 + (b - 5) ** 2 == pytest.approx(published, rel=8e-3)
    with pytest.raises(DomainError, match="unknown"):
        adv.linear_flow("chi2", 5, 1, 1)
    with pytest.raises(DomainError, match="must not be zero"):
        adv.linear_score_loss(0, 0, 1, 1)


def test_uniform_data_have_a_flow_too():
    found = adv.flow_field(adv.gaussian_kernel(1), Uniform(0, 1), Gaussian(0), [2.0])
    truth = math.exp(-2) - math.exp(-0.5)  # E k'(2 - U) = k(2) - k(1)
    theirs = -2 / 2**1.5 * math.exp(-1)
    assert abs(found.value[0] - (truth - theirs)) <= found.error[0] + 1e-12


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: adv.score(fold(), [0.0]), "the law is a PiecewiseAffine: give a law"),
        (lambda: adv.score(NU, "x"), "y = 'x' is no array of real numbers"),
        (lambda: adv.generated(NU, [0.0]), "g is a Mixture: give a map"),
        (lambda: adv.velocity(adv.sgan, NU, G, [0.0]), "g is a Mixture: give a map"),
        (lambda: adv.witness(adv.gaussian_kernel(), NU, 3, [0.0]), "the law is a int: give a law"),
        (lambda: adv.witness(adv.gaussian_kernel(), NU, NU, "x"), "x = 'x' is no array of real numbers"),
        (lambda: adv.flow_loss(NU, "N(0, 1)"), "the generated law is a str: give a law"),
        (lambda: adv.non_saturating_weight(None), "u = None is no array of real numbers"),
        (lambda: adv.sgan.conjugate("x"), "T = 'x' is no array of real numbers"),
    ],
)
def test_wrong_arguments_are_told_in_one_sentence(make, message):
    with pytest.raises(DomainError, match=message):
        make()


@pytest.mark.parametrize("width", [1e-6, 1e-3, 0.05, 1, 50])
@pytest.mark.parametrize("sds", [(1, "0.4"), (3, "1e-5")], ids=str)
def test_narrow_kernels_and_needles_keep_their_stated_error(width, sds):
    """A kernel between two nodes was not seen at all: 0 +- 0 was said where 8.7e-7 is true."""
    law, far = gaussian_mixture(("1/2", "1/2"), (-1, 3), sds), Discrete((10**6,), (1,))
    x = np.array([-1.0, 0.3, 3.0, 3.00001])
    truth = np.zeros(4)
    for centre, sd in zip((-1, 3), map(float, sds), strict=True):
        square = width**2 + sd**2
        truth += width / math.sqrt(square) * np.exp(-((x - centre) ** 2) / 2 / square) / 2
    found = adv.witness(adv.gaussian_kernel(width), law, far, x)
    assert (np.abs(found.value - truth) <= found.error + 1e-15 * truth).all()
    assert (found.error <= 1e-8 * truth + 1e-14).all()  # tight
    assert not (np.abs(found.value - truth * (1 + 1e-6)) <= found.error).any()  # power


def test_kinks_are_where_panels_end():
    assert crossings(lambda x: np.sin(x), [0.5, 4.0, 7.0]) == pytest.approx([math.pi, 2 * math.pi], abs=1e-15)
    assert crossings(lambda x: 1 + x * x, [-1.0, 1.0]) == []
    kink = 1 - 1e-4  # beyond the last node of its panel
    f = lambda x: np.maximum(np.abs(x) - kink, 0.0) * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    truth = math.exp(-kink * kink / 2) * math.sqrt(2 / math.pi) - kink * math.erfc(kink / math.sqrt(2))
    told, blind = integral(f, [*LATENT, -kink, kink]), integral(f, LATENT)
    assert abs(float(told) - truth) <= told.error < 1e-12
    assert abs(float(blind) - truth) > 100 * blind.error  # power
