"""VAEs with free decoders at their optimum: closed forms, an independent search, published numbers, families."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize

from lipbound import frontier, two_gaussians
from lipbound.errors import DomainError, NotCertifiable
from lipbound.latent import normal, odd_distance
from lipbound.laws import Discrete, Gaussian
from lipbound.variational import VAE, FreeOptimum, accounts, free_optimum, optimal_linear

NOISE = math.sqrt(0.1)


@cache
def optimum(m: float, posteriors: str = "free", **how) -> FreeOptimum:
    return free_optimum(two_gaussians(m), NOISE, posteriors, **how)


@pytest.mark.parametrize(("v", "s2", "beta"), [(1, 0.1, 1.0), (4, 0.5, 1.0), (1, 0.2, 2.0)])
def test_gaussian_data_honest_and_tight(v, s2, beta):
    """The linear VAE is the optimum of all."""
    best, found = optimal_linear(v, s2, beta), free_optimum(Gaussian(0, math.sqrt(v)), math.sqrt(s2), beta=beta)
    for name in ("objective", "latent_kl", "visible_kl", "mutual_information"):
        assert abs(float(getattr(found.accounts, name)) - getattr(best, name)) <= getattr(found.accounts, name).error
        assert getattr(found.accounts, name).error < 1e-9
    assert best.a in found.lipschitz
    assert found.lipschitz.error < 1e-8
    x = np.linspace(-2, 2, 5)
    mean, sd = found.vae.encoded(x)
    assert np.abs(np.abs(mean) - best.c * np.abs(x)).max() < 1e-7
    assert np.abs(sd - math.sqrt(best.t2)).max() < 1e-7
    assert found.curvature > 1e-3


def searched(m: float, noise: float, points: int, z: np.ndarray) -> float:
    """J from scratch: trapezoidal sums on even grids and a quasi-Newton search, decoder and encoder together."""
    x = np.linspace(-m - 7, m + 7, points)
    data = (np.exp(-((x - m) ** 2) / 2) + np.exp(-((x + m) ** 2) / 2)) / math.sqrt(8 * math.pi) * (x[1] - x[0])

    def loss(theta: np.ndarray) -> tuple[float, np.ndarray]:
        mean, log_sd, g = np.split(theta, [points, 2 * points])
        sd = np.exp(log_sd)[:, None]
        way = (z - mean[:, None]) / sd
        q = np.exp(-way * way / 2) / (sd * math.sqrt(2 * math.pi)) * (z[1] - z[0])
        gap = x[:, None] - g
        cost = q * gap * gap / (2 * noise**2)
        rate = (mean**2 + sd[:, 0] ** 2 - 1 - 2 * log_sd) / 2
        parts = [
            data * ((cost * way).sum(axis=1) / sd[:, 0] + mean),
            data * ((cost * (way * way - 1)).sum(axis=1) + sd[:, 0] ** 2 - 1),
            -(data[:, None] * q * gap).sum(axis=0) / noise**2,
        ]
        return float(data @ (cost.sum(axis=1) + rate)), np.concatenate(parts)

    start = np.concatenate((x / math.sqrt(1 + m * m), np.full(points, -1.0), m * np.tanh(2 * z)))
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 4000, "maxfun": 6000, "ftol": 1e-15, "gtol": 1e-9}
    )
    seen = data > 0
    entropy = -float(data[seen] @ np.log(data[seen] / (x[1] - x[0])))
    return float(found.fun) + 0.5 * math.log(2 * math.pi * noise**2) - entropy


def test_an_independent_search_finds_the_same():
    found = float(free_optimum(two_gaussians("1.5"), 0.8).accounts.objective)
    assert searched(1.5, 0.8, 71, np.linspace(-6, 6, 61)) == pytest.approx(found, abs=2e-6)
    assert found > 0.01


PUBLISHED = {  # J, latent and visible KL, TV of the model and of g(Z), slope, information
    1: (0.00151, 0.00023, 0.00026, 0.0098, 0.0152, 1.588, 1.491),
    3: (0.04627, 0.01022, 0.01022, 0.0447, 0.0301, 35.206, 1.919),  # published 0.0305 and 33.4
    5: (0.06595, 0.02020, 0.01971, 0.0559, 0.0412, 1086.21, 1.955),  # 0.06540 0.02005 0.01953 0.0562 0.0428 292 1.954
}


@pytest.mark.parametrize("m", PUBLISHED)
def test_free_optima(m):
    found = optimum(m)
    books = found.accounts
    measured = (books.objective, books.latent_kl, books.visible_kl, found.model_tv, found.mean_tv, found.lipschitz)
    digits = (5, 5, 5, 4, 4, 2 if m == 5 else 3)
    for each, value, places in zip(measured, PUBLISHED[m], digits, strict=False):
        assert abs(float(each) - value) <= 0.5001 * 10.0**-places
        assert each.error < 1e-8 * max(1.0, value)
    assert float(books.mutual_information) == pytest.approx(PUBLISHED[m][-1], abs=5e-4)
    assert found.curvature > 1e-3  # a strict local minimum
    assert max(books.latent_kl.hi, books.visible_kl.hi) < books.objective.lo
    assert 0 in books.objective - books.latent_kl - books.conditional_gap
    assert found.lipschitz.hi < math.exp(m * m / 2)
    if m == 3:
        assert float(found.mean_tv) >= frontier(two_gaussians(m), found.lipschitz.hi, tol=1e-3).value.lo


@pytest.mark.parametrize(
    ("variance", "beta", "objective", "latent", "slope"),
    [
        (1.0, 1.0, 0.228, 0.085, 11.1),
        (0.1, 4.0, None, 0.048, 16.3),  # published: 16
        (0.1, 0.5, None, 0.003, 51.2),  # published: 0.016 and 29, more than the mismatch and slope of weight 1
    ],
)
def test_other_noises_and_weights(variance, beta, objective, latent, slope):
    found = free_optimum(two_gaussians(3), math.sqrt(variance), beta=beta)
    assert float(found.accounts.latent_kl) == pytest.approx(latent, abs=5e-4)
    assert float(found.lipschitz) == pytest.approx(slope, abs=0.05)
    if objective:
        assert float(found.accounts.objective) == pytest.approx(objective, abs=5e-4)
    assert found.curvature > 5e-4
    if beta < 1:  # the published one is not even on the way: a decoder of that slope pays more
        capped = free_optimum(two_gaussians(3), math.sqrt(variance), beta=beta, L=29)
        assert capped.loss.lo > found.loss.hi


def test_the_books_are_those_of_the_autoencoder_it_returns():
    """`accounts` resolves the encoder with meshes of its own."""
    found = optimum(1)
    books = accounts(found.vae)
    for name in books._fields:
        assert abs(float(getattr(books, name)) - float(getattr(found.accounts, name))) < 1e-7


def test_power_every_other_autoencoder_pays_more():
    best = optimum(1).vae
    least = float(accounts(best).objective)
    others = [
        VAE(best.data, lambda x: best.mean(x) + 0.03 * np.sin(x), best.sd, best.decoder, NOISE),
        VAE(best.data, best.mean, lambda x: best.sd(x) * (1 + 0.03 * np.cos(x)), best.decoder, NOISE),
        VAE(best.data, best.mean, best.sd, lambda z: best.decoder(z) + 0.01 * np.cos(z), NOISE),
    ]
    assert all(float(accounts(other).objective) > least + 1e-5 for other in others)


def test_counterexample_even_grids_limit_the_slope():
    """The source's 292 at m = 5 is its grid's: the narrowest encoder is lost between nodes 0.02 apart."""
    assert float(optimum(5).lipschitz) > 3 * 292
    _, sd = optimum(5).vae.encoded(np.array([0.0]))
    for step, honest in ((0.02, False), (1e-4, True)):
        z = np.arange(-0.1, 0.1, step) + step / 2
        mass = np.exp(-((z / sd[0]) ** 2) / 2).sum() * step / (sd[0] * math.sqrt(2 * math.pi))
        assert (abs(mass - 1) < 1e-9) == honest


def test_richer_posteriors_help_free_decoders():
    """Contrary to the linear decoder's case: each larger family has a smaller mismatch, in both spaces."""
    rows = [optimum(1, family) for family in ("linear", "constant", "free")]
    for poor, rich in pairwise(rows):
        assert float(rich.accounts.objective) < float(poor.accounts.objective) - 1e-3
        assert float(rich.accounts.latent_kl) < float(poor.accounts.latent_kl) - 1e-3
    x = np.linspace(-3, 3, 7)
    assert np.ptp(rows[0].vae.encoded(x)[1]) < 1e-9
    assert np.abs(np.diff(rows[0].vae.encoded(x)[0], 2)).max() < 1e-9
    assert np.abs(np.diff(rows[1].vae.encoded(x)[0], 2)).max() > 0.02  # power
    assert np.ptp(rows[2].vae.encoded(x)[1]) > 0.05


@pytest.mark.parametrize(("L", "latent", "visible", "sampled"), [(3, 0.2936, 0.3191, 0.33782)])
def test_a_capped_decoder(L, latent, visible, sampled):
    found, nu = optimum(3, L=L), two_gaussians(3)
    assert float(found.accounts.latent_kl) == pytest.approx(latent, abs=6e-5)
    assert float(found.accounts.visible_kl) == pytest.approx(visible, abs=6e-5)
    assert float(found.mean_tv) == pytest.approx(sampled, abs=1e-5)
    assert float(found.mean_tv) >= float(odd_distance(normal, nu, L)) - 1e-6  # and hardly more: it is the odd optimum
    assert float(found.lipschitz) == pytest.approx(L, rel=1e-8)
    whole = frontier(nu, math.sqrt(L * L + 0.1), tol=1e-4).value  # the model is a push-forward of N(0, I) in the plane
    assert found.model_tv.hi >= whole.lo
    z = np.linspace(-5, 5, 2001)
    assert np.diff(found.vae.decoder(z)).max() <= L * (z[1] - z[0]) * (1 + 1e-9)


def test_the_codes_squared_variance_changes_little():
    found, plain = optimum(1, squared=True), optimum(1)
    assert 1e-6 < abs(float(found.accounts.latent_kl) - float(plain.accounts.latent_kl)) < 1e-3
    assert float(found.accounts.objective) > float(plain.accounts.objective)
    assert float(found.loss) < float(plain.loss)  # its rate is no divergence, and may be negative
    assert found.curvature > 1e-3


@pytest.mark.parametrize(
    ("arguments", "how", "message"),
    [
        ((Gaussian(0), 0.0), {}, "noise = 0"),
        ((Gaussian(0), 1.0), {"beta": 0.0}, "beta = 0"),
        ((Gaussian(0), 1.0), {"L": -1}, "L = -1"),
        ((Gaussian(0), 1.0, "rich"), {}, "'rich' is unknown"),
        ((Discrete((0,), (1,)), 1.0), {}, "atom"),
    ],
)
def test_bad_arguments(arguments, how, message):
    with pytest.raises(DomainError, match=message):
        free_optimum(*arguments, **how)
    with pytest.raises(NotCertifiable, match="panels"):
        free_optimum(Gaussian(0), 1e-4)
