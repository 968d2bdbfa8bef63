"""Variational autoencoders on the line against closed forms, identities, published numbers, and where claims fail."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lipbound import Transport, affine, formula, frontier, gaussian_mixture, kl, pushforward, tv, two_gaussians
from lipbound.adversarial.integral import expectation
from lipbound.errors import DomainError, NotCertifiable
from lipbound.laws import Discrete, Gaussian, Mixture, Uniform
from lipbound.maps import clamp, from_slopes
from lipbound.variational import (
    VAE,
    LinearVAE,
    OddPair,
    accounts,
    clipped,
    fitted,
    hybrids,
    marginals,
    mismatch,
    optimal_linear,
    ratio_estimates,
    sampled_donsker_varadhan,
    separability,
)

NAMES = ("objective", "rate", "latent_kl", "visible_kl", "mutual_information")
NONLINEAR = VAE(
    two_gaussians(2), lambda x: np.tanh(x) + 0.2 * x, lambda x: 0.4 + 0.2 / (1 + x * x), lambda z: 2 * np.tanh(z), 0.8
)


def linear(v: float, a: float, s2: float, c: float, t2: float) -> tuple[LinearVAE, VAE]:
    vae = VAE(Gaussian(0, math.sqrt(v)), affine(c), math.sqrt(t2), affine(a), math.sqrt(s2))
    return LinearVAE(v, a, s2, c, t2), vae


LINEAR = [(4, 1.5, 0.5, 0.4, 0.2), (4, 1.2, 1, 0.3, 0.05), (1, 0.5, 2, 0.1, 1), (2, -1.1, 0.7, -0.3, 0.4)]


@pytest.mark.parametrize("letters", LINEAR)
def test_linear_gaussian_honest_and_tight(letters):
    closed, vae = linear(*letters)
    books = accounts(vae)
    for name in NAMES:
        found, truth = getattr(books, name), getattr(closed, name)
        assert found.lo <= truth <= found.hi
        assert abs(float(found) - truth) < 1e-12
        assert found.error < 1e-10
    v, a, s2 = letters[:3]
    likelihood = -0.5 * (math.log(2 * math.pi * (a * a + s2)) + v / (a * a + s2))
    assert likelihood in books.log_likelihood
    assert 0.5 * math.log(2 * math.pi * math.e * v) in books.entropy


def test_power_a_wrong_letter_shows():
    _, vae = linear(4, 1.5, 0.5, 0.4, 0.2)
    books = accounts(vae)
    for wrong in ((4, 1.5, 0.5, 0.4, 0.2001), (4, 1.5, 0.5001, 0.4, 0.2), (4.001, 1.5, 0.5, 0.4, 0.2)):
        assert LinearVAE(*wrong).objective not in books.objective


@pytest.mark.parametrize(
    "vae",
    [
        NONLINEAR,
        VAE(two_gaussians(1), clamp(-1, 1), 0.5, from_slopes((0,), (1, 2), (0, 0)), 1.0),
        VAE(two_gaussians(3, 1, "1/5"), affine("1/3"), 0.3, affine(2), 1.0),
    ],
)
def test_three_decompositions(vae):
    books = accounts(vae)
    for defect in books.defects():
        assert 0 in defect
        assert defect.error < 1e-9
    assert books.latent_kl.lo <= books.objective.hi
    assert books.visible_kl.lo <= books.objective.hi
    for part in (
        books.latent_kl,
        books.visible_kl,
        books.posterior_gap,
        books.conditional_gap,
        books.mutual_information,
    ):
        assert part.hi >= 0


def test_power_the_identities_do_not_hold_by_themselves():
    books = accounts(NONLINEAR)
    assert 0 not in books.objective - books.latent_kl - books.posterior_gap
    assert 0 not in books.rate - books.mutual_information
    assert books.posterior_gap.lo > 1e-3


def test_marginals_are_densities():
    q, p = marginals(NONLINEAR)
    grid = np.linspace(-12, 12, 4001)
    for density in (q, p):
        assert float(np.trapezoid(density(grid), grid)) == pytest.approx(1, abs=1e-10)
    logs = np.log(q(grid) / np.exp(-grid * grid / 2) * math.sqrt(2 * math.pi) + 1e-300)
    assert float(np.trapezoid(q(grid) * logs, grid)) == pytest.approx(float(accounts(NONLINEAR).latent_kl), abs=1e-8)


@pytest.mark.parametrize(
    ("s2", "latent", "visible"),
    [
        (0.1, (0.00749, 0.14771, 0.42107, 0.67869, 0.89), (0.00974, 0.172, 0.46199, 0.72355, 0.9359)),
        (1.0, (0.00039, 0.03834, 0.18928, 0.39935, 0.59971), None),
    ],
)
def test_richer_posteriors_do_not_fix_marginals(s2, latent, visible):
    """The Gaussian encoder is the exact posterior, so that no family could do better; the marginals are still wrong."""
    for m in range(1, 6):
        best = optimal_linear(1 + m * m, s2)
        books = accounts(VAE(two_gaussians(m), affine(best.c), math.sqrt(best.t2), affine(best.a), math.sqrt(s2)))
        assert 0 in books.posterior_gap
        assert float(books.latent_kl) == pytest.approx(latent[m - 1], abs=6e-6)
        if visible:
            assert float(books.visible_kl) == pytest.approx(visible[m - 1], abs=6e-6)
        assert books.latent_kl.hi < books.visible_kl.lo  # data processing
        assert books.objective.overlaps(books.visible_kl)


def test_linear_optimum_and_collapse():
    assert optimal_linear(4, 5).a == 0
    assert optimal_linear(4, 5).visible_kl == pytest.approx(0.01157, abs=6e-6)
    for beta, value in ((0.25, 0.001949), (2, 0.004663), (4, 0.064998), (7, 0.806853)):
        assert optimal_linear(4, 0.5, beta).visible_kl == pytest.approx(value, abs=6e-7)
        assert optimal_linear(4, 0.5, beta).encoded == pytest.approx(1)
    for v, s2 in ((4, 1), (2, 0.3), (1, 0.9)):
        best = optimal_linear(v, s2)
        assert abs(best.objective) < 1e-14
        for move in ({"a": best.a + 0.01}, {"c": best.c - 0.01}, {"t2": best.t2 * 1.02}):  # power
            assert LinearVAE(**{**best.__dict__, **move}).objective > 1e-6
    for t, nats in ((0.01, 4.54), (0.1, 2.24), (0.3, 1.19)):  # denser codes: what the AAE stops paying
        found = LinearVAE(4, math.sqrt(3.5), 0.5, math.sqrt(3.5) / 4, t * t).mutual_information
        assert found == pytest.approx(nats, abs=6e-3)
    v, c = 1.0, 0.9
    informations = [LinearVAE(v, 1, 1, math.sqrt(1 - t * t), t * t).mutual_information for t in (0.01, 0.1, 0.3)]
    assert np.allclose(informations, [-math.log(t) for t in (0.01, 0.1, 0.3)])
    assert LinearVAE(v, 1, 1, c, 0.01).mutual_information == pytest.approx(0.5 * math.log(82))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: VAE(Gaussian(0), affine(1), -0.1, affine(1), 1.0), DomainError, "must be positive"),
        (lambda: VAE(Gaussian(0), affine(1), lambda x: 1 - x * x, affine(1), 1.0), DomainError, "must be positive"),
        (lambda: VAE(Gaussian(0), lambda x: 1 / (x - x), 1.0, affine(1), 1.0), DomainError, "must be finite"),
        (lambda: VAE(Gaussian(0), affine(1), 0.5, affine(1), 0.0), DomainError, "noise = 0"),
        (lambda: VAE(Discrete((0,), (1,)), affine(1), 0.5, affine(1), 1.0), DomainError, "atom"),
        (lambda: VAE(Gaussian(0), affine(1), 1e-6, affine(1), 1.0), NotCertifiable, "panels"),
    ],
)
def test_bad_autoencoders(make, error, message):
    with np.errstate(all="ignore"), pytest.raises(error, match=message):
        accounts(make())
    with pytest.raises(DomainError, match="variance"):
        LinearVAE(1, 1, 0, 1, 1)


# Mismatch and hybrids


@pytest.mark.parametrize("m", [2, 3])
def test_mismatch_is_unavoidable(m):
    nu = two_gaussians(m)
    for L in (2, 3):
        least = frontier(nu, L, tol=1e-4).value
        for share in (0, 0.25, 0.5, 0.75, 1):
            found = mismatch(OddPair(nu, L, share))
            assert float(found.latent) + float(found.reconstructed) >= float(found.sampled) - 1e-9
            assert float(found.sampled) >= least.lo
            if share in (0, 1):
                assert float(found.latent) + float(found.reconstructed) == pytest.approx(float(found.sampled), abs=1e-9)
    assert float(found.latent) < float(frontier(two_gaussians(5), L, tol=1e-3).value)  # power: another target's bound


def test_published_mismatch():
    nu = two_gaussians(3)
    rows = [mismatch(OddPair(nu, 3, share)) for share in (0, 0.5, 1)]
    published = [(0.8887, 0, 0.33782), (0.2222, 0.1768, 0.1997), (0, 0.33782, 0)]
    for row, (error, latent, seen) in zip(rows, published, strict=True):
        assert float(row.error) == pytest.approx(error, abs=6e-5)
        assert float(row.latent) == pytest.approx(latent, abs=1e-4)
        assert float(row.reconstructed) == pytest.approx(seen, abs=6e-5)
    assert rows[2].error.lo <= 0 <= rows[2].error.hi < 1e-12


def test_published_hybrids():
    published = {0: (4.443, 5.062, 5.681), 0.5: (1.241, 1.404, 2.023), 1: (0.3835, 0.3835, 1.0021)}
    for share, values in published.items():
        found = hybrids(OddPair(two_gaussians(3), 3, share), math.sqrt(0.1))
        for value, truth in zip((found.aae, found.vgh, found.vgh_plus), values, strict=True):
            assert float(value) == pytest.approx(truth, abs=6e-4 if truth > 1.1 else 6e-5)
        assert float(found.sample_kl) == pytest.approx(0.6186, abs=6e-5)
        assert found.aae.error < 1e-9
    found = hybrids(OddPair(two_gaussians(5), 10, 1), math.sqrt(0.1))
    assert [round(float(each), 3) for each in (found.aae, found.vgh, found.vgh_plus)] == [0.356, 0.356, 1.404]


def test_an_unlimited_decoder_pays_nothing():
    found = hybrids(OddPair(two_gaussians(2), 10, 1), 1.0)  # L above e^2
    assert max(abs(float(part)) for part in found) < 1e-9
    assert float(hybrids(OddPair(two_gaussians(2), 5, 1), 1.0).vgh_plus) > 1e-3


def test_the_odd_decoder_is_a_push_forward():
    """Its samples are those of min(L z, T(z)), whose total variation the library finds in another way."""
    z = np.linspace(-4, 4, 33)
    pair = OddPair(two_gaussians(3), 3, 0.3)
    assert np.abs(pair.transport(z) - np.asarray(Transport(two_gaussians(3))(z))).max() < 1e-9
    steps = (pair.transport(z + 1e-5) - pair.transport(z - 1e-5)) / 2e-5
    assert np.abs(steps / pair.transport_slope(z) - 1).max() < 1e-5
    assert np.abs(pair.inverse(pair.encoder(z, 1.0)) - z).max() < 1e-9
    assert np.abs(pair.decoder(pair.encoder(z, 1.0)) - pair.transport(z)).max() < 1e-9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((two_gaussians(2), 0, 0.5), "L = 0"), ((two_gaussians(2), 3, 2), "share"), ((Gaussian(1), 3, 0), "symmetric")],
)
def test_bad_pairs(arguments, message):
    with pytest.raises(DomainError, match=message):
        OddPair(*arguments)
    three = gaussian_mixture(("1/3", "1/3", "1/3"), (-6, 0, 6), (1, 1, 1))
    with pytest.raises(DomainError, match="more than once"):
        mismatch(OddPair(three, 4, 1))
    with pytest.raises(DomainError, match="tails"):
        _ = OddPair(two_gaussians(2), "1/2", 1).join


# Density ratios


def plug_in(q, p, classifier) -> float:
    return float(ratio_estimates(q, p, classifier).plug_in)


def test_the_exact_logit_gives_the_divergence():
    for D in (1, 4, 6):
        q, p = Gaussian(D), Gaussian(0)
        for found in ratio_estimates(q, p, fitted(q, p)):
            assert float(found) == pytest.approx(D * D / 2, rel=1e-6)


def test_restricted_classes_underestimate():
    for s, truth in ((0.25, 0.9175), (0.5, 0.3181), (2, 0.8069)):
        q, p = Gaussian(0, s), Gaussian(0)
        assert plug_in(q, p, fitted(q, p)) == pytest.approx(0, abs=1e-9)
        assert float(kl(q, p)) == pytest.approx(truth, abs=6e-5)
    for m, truth, plug, bound in ((2, 0.172, 0.14, 0.1416), (3, 0.462, 0.418, 0.3965), (5, 0.9359, 0.939, 0.8884)):
        scale = 1 / math.sqrt(1 + m * m)
        q, p = two_gaussians(m * scale, scale), Gaussian(0)
        assert float(kl(q, p)) == pytest.approx(truth, abs=6e-5)
        assert plug_in(q, p, fitted(q, p, (lambda x: x, np.square))) == pytest.approx(0, abs=1e-9)
        found = ratio_estimates(q, p, fitted(q, p, (np.square, lambda x: x**4)))
        assert float(found.plug_in) == pytest.approx(plug, abs=6e-4)
        assert float(found.donsker_varadhan) == pytest.approx(bound, abs=6e-5)


@pytest.mark.parametrize("sd", [0.1, 0.03, 0.01, 1e-3, 1e-4])
def test_classifiers_of_needles(sd):
    """Panels as wide as p alone asks for missed q: at sd 0.003 the slope was 1.03 in place of 2.75."""
    z = np.linspace(-12, 12, 4001)
    masses = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    a, b = fitted(Gaussian(1, sd), Gaussian(0)).weights
    real, fake = masses / (1 + np.exp(a + b * (1 + sd * z))), masses / (1 + np.exp(-a - b * z))
    assert abs((fake - real).sum()) < 1e-9  # the slope of the loss is zero
    assert abs((fake * z - real * (1 + sd * z)).sum()) < 1e-9
    assert abs((fake - real / (1 + 1e-6)).sum()) > 1e-8  # power


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda: fitted(Gaussian(1, "1e-9"), Gaussian(0)), NotCertifiable, "do not see all"),
        (lambda: fitted(Gaussian(1), Gaussian(0), (np.sin, np.sin)), NotCertifiable, "dependent"),
        (lambda: fitted(Gaussian(1), Gaussian(0), penalty=math.nan), DomainError, "penalty = nan"),
        (lambda: clipped(Gaussian(1), Gaussian(0), "x"), DomainError, "bound = 'x'"),
        (lambda: separability(Gaussian(1), Gaussian(0), 1.5), DomainError, "samples = 1.5"),
        (lambda: LinearVAE(1, math.nan, 1, 1, 1), DomainError, "a = nan"),
        (lambda: LinearVAE(math.inf, 1, 1, 1, 1), DomainError, "v = inf"),
        (lambda: OddPair(two_gaussians(2), 3, "x"), DomainError, "share = 'x'"),
        (lambda: hybrids(OddPair(two_gaussians(2), 3, 1), "x"), DomainError, "noise = 'x'"),
        (lambda: VAE(two_gaussians(2), 3, 1, affine(1), 1.0), DomainError, "mean = 3 is no function"),
        (lambda: VAE(two_gaussians(2), affine(1), 1, affine(1), "x"), DomainError, "noise = 'x'"),
        (lambda: accounts(VAE(Gaussian(10**9), affine("0.4"), 0.5, affine("1.5"), 1.0)), NotCertifiable, "panels"),
        (lambda: accounts(VAE(Gaussian(0), affine(10**6), 0.5, affine(1), 1.0)), NotCertifiable, "panels"),
    ],
)
def test_what_is_out_of_reach_is_told(ask, error, message):
    with pytest.raises(error, match=message):
        ask()


def test_early_stopping_and_penalties():
    for D, values in ((4, (1.75, 2.94, 4.67, 7.25, 8.00, 8.00)), (6, (2.55, 3.67, 5.44, 8.47, 12.93, 17.47))):
        for k, value in enumerate(values):
            assert plug_in(Gaussian(D), Gaussian(0), fitted(Gaussian(D), Gaussian(0), time=10.0**k)) == pytest.approx(
                value, abs=6e-3
            )
    for penalty, value in ((0.1, 2.465), (0.01, 3.771), (1e-3, 5.741), (1e-4, 7.449)):
        found = plug_in(Gaussian(4), Gaussian(0), fitted(Gaussian(4), Gaussian(0), penalty=penalty))
        assert found == pytest.approx(value, abs=6e-4)
    for bound in (2, 5, 10, 20):
        found = clipped(Gaussian(10), Gaussian(0), bound)
        assert float(found) == pytest.approx(bound, abs=6e-2)
        assert found.hi <= bound + 1e-9


def test_counterexample_plug_in_estimates_may_overshoot():
    q, p = Gaussian(1), Gaussian(0)
    assert plug_in(q, p, fitted(q, p, time=10)) == pytest.approx(0.5095, abs=6e-5)
    q = Gaussian(0, "1/4")
    overshoot = fitted(q, p, (np.abs,))
    assert plug_in(q, p, overshoot) == pytest.approx(0.9603, abs=6e-5)
    assert plug_in(q, p, overshoot) > float(kl(q, p)) > float(ratio_estimates(q, p, overshoot).donsker_varadhan)


def test_variational_estimates_never_exceed_the_divergence():
    rng = np.random.default_rng(5)
    for _ in range(10):
        q, p = two_gaussians(float(rng.uniform(0.2, 1.5)), "1/2"), Gaussian(0, "1.2")
        a, b, c = rng.normal(0, 0.5, 3)
        found = ratio_estimates(q, p, lambda x: a + b * x + c * np.cos(x))  # noqa: B023
        for bound in found[1:]:
            assert float(bound) <= float(kl(q, p)) + 1e-9
        assert found.nguyen_wainwright_jordan.lo <= found.donsker_varadhan.hi
    infinite = ratio_estimates(q, p, lambda x: x * x)
    assert infinite.donsker_varadhan.lo == -math.inf
    assert infinite.donsker_varadhan.reason


# Of 200 draws each, 25.1, 22.8 and 21.5 were published: KL is 18
SAMPLED = {100: 25.149, 1000: 22.879, 10_000: 21.351}


@pytest.mark.parametrize("samples", SAMPLED)
def test_samples_make_a_lower_bound_overshoot(samples):
    found = sampled_donsker_varadhan(Gaussian(6), Gaussian(0), lambda x: 6 * x - 18, samples)
    assert float(found) == pytest.approx(SAMPLED[samples], abs=6e-4)
    assert found.lo > 18
    if samples < 1000:  # drawn: three standard errors of four thousand
        rng = np.random.default_rng(0)
        logs = [6 * rng.normal(size=samples) - 18 for _ in range(4000)]
        drawn = 18 - np.array([np.log(np.exp(each).mean()) for each in logs])
        assert abs(float(found) - drawn.mean()) < 3 * drawn.std() / math.sqrt(4000) < 0.15


def test_two_samples_against_a_double_integral():
    q, p, logit = Gaussian(1), Gaussian(0), lambda x: np.tanh(2 * x) - 0.3
    z = np.linspace(-9, 9, 1201)
    masses = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    both = masses @ np.log((np.exp(logit(z)[:, None]) + np.exp(logit(z))) / 2) @ masses
    truth = float(masses @ logit(z + 1)) - float(both)
    found = sampled_donsker_varadhan(q, p, logit, 2)
    assert abs(float(found) - truth) < 1e-10
    assert found.error < 1e-11
    assert abs(float(sampled_donsker_varadhan(q, p, logit, 3)) - truth) > 1e-2  # power
    limit = ratio_estimates(q, p, logit).donsker_varadhan
    assert float(found) > float(sampled_donsker_varadhan(q, p, logit, 10**6)) > float(limit)
    for c in (-300.0, 100.0):  # a constant logit says nothing
        assert abs(float(sampled_donsker_varadhan(q, p, lambda x: c, 7))) < 1e-9  # noqa: B023
    for bad in (0, 1.5):
        with pytest.raises(DomainError, match="samples"):
            sampled_donsker_varadhan(q, p, logit, bad)
    with pytest.raises(NotCertifiable, match="as good as zero"):
        sampled_donsker_varadhan(q, p, lambda x: -1e9 * (x > 0), 1)


def test_separability():
    for D, n, value in (
        (4, 10, 0.866),
        (4, 100, 0.031),
        (6, 10, 0.999),
        (6, 100, 0.937),
        (6, 1000, 0.161),
        (8, 10, 1),
        (8, 100, 0.9999),
        (8, 1000, 0.994),
    ):
        assert float(separability(Gaussian(D), Gaussian(0), n)) == pytest.approx(value, abs=6e-4)
    for n in (1, 2, 5):  # exchangeable: one of all arrangements
        assert 1 / math.comb(2 * n, n) in separability(Gaussian(0), Gaussian(0), n)


def test_bad_classifiers():
    q, p = Gaussian(1), Gaussian(0)
    with pytest.raises(DomainError, match="penalty"):
        fitted(q, p, penalty=-1)
    with pytest.raises(DomainError, match="bound"):
        clipped(q, p, 0)
    with pytest.raises(DomainError, match="samples"):
        separability(q, p, 0)
    with pytest.raises(DomainError, match="atom"):
        fitted(q, pushforward(clamp(-1, 1)))
    assert float(tv(q, p)) > 0


def test_clipping_has_kinks_where_panels_end():
    """The logit meets its bound between the last node of a panel and its end: unseen, it cost a thousand errors."""
    q, p, bound = Gaussian("-0.7", "3.48"), gaussian_mixture(("1/2", "1/2"), ("3.36", "3.44"), ("0.24", "1.47")), 18.36
    found, truth = clipped(q, p, bound), 5.515078016474936  # scipy.integrate.quad, cut at the kinks
    blind = expectation(lambda x: np.clip(np.asarray(q.logpdf(x)) - np.asarray(p.logpdf(x)), -bound, bound), q, p)
    assert abs(float(found) - truth) <= found.error + 1e-14
    assert found.error < 1e-11
    assert abs(float(blind) - truth) > 1e3 * blind.error  # power


def test_data_that_jump_are_cut_where_they_do_and_folds_are_refused():
    both = Mixture(("1/2", "1/2"), (Uniform(0, 1), Gaussian()))
    books = accounts(VAE(both, lambda x: 0.4 * x, 0.5, lambda z: 1.5 * z, 1.0))
    assert abs(float(books.entropy) - 1.0235377050853545) <= books.entropy.error + 1e-11  # scipy.integrate.quad
    assert books.entropy.error < 1e-9
    with pytest.raises(NotCertifiable, match="infinite at a fold"):
        accounts(VAE(pushforward(formula("z**2")), lambda x: 0.4 * x, 0.5, lambda z: 1.5 * z, 1.0))
