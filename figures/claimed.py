"""The statements themselves, in the order of the papers."""

from __future__ import annotations

from collections.abc import Callable

from .blind import PARAMETERS as BLIND
from .coders import typical
from .latents import PARAMETERS as LATENTS
from .latents import crossings
from .settling import PARAMETERS as SETTLING
from .statements import Kept, Number, Statement, own
from .vanishing import PARAMETERS as VANISHING

N, S = Number, Statement
Value = Callable[[Kept], float]


def best(m: int, term: str) -> Value:
    """A term of the optimum over free decoders and posteriors."""
    return lambda of: of("optima")["families"]["free"][m - 1][term]


def stage(k: int, term: str) -> Value:
    return lambda of: of("stages")["rows"][k][term]


def least(a: str, L: float) -> Value:
    """The distance of a bimodal latent law."""
    return lambda of: of("latents")["least"][a][LATENTS["L"].index(L)]


def speed(game: str, a: float) -> Value:
    return lambda of: of("vanishing")["speeds"][game][VANISHING["a"].index(a)]


def slope(time: float) -> Value:
    return lambda of: of("settling")["slopes"]["3"][SETTLING["times"].index(time)]["flow"]


def linear(kind: str) -> Value:
    """W2^2 at time one."""
    return lambda of: of("settling")["linear"][kind][SETTLING["linear"].index(1)]


def gap(k: int, term: str) -> Value:
    return lambda of: of("settling")["gaps"][k][term]


def blind(term: str) -> Value:
    """At m = 5."""
    return lambda of: of("blind")["rows"][BLIND["m"].index(5)][term]


def dissipated(game: str) -> Value:
    return lambda of: of("variations")["games"][game]["dissipation"]


def trained(model: str, term: str) -> Value:
    """The median over seeds."""
    return lambda of: typical(of("coders"), model, term)


def mended(m: int) -> Value:
    return lambda of: of("marginals")["rows"][m - 1]["latent_kl"]


STATEMENTS: tuple[Statement, ...] = (
    S(
        "S1.1",
        "d_C, the least distance under capacity C, falls with C and is the other half of a Galois connection",
        (
            N("L for TV 0.3", own("capacity"), "3.013"),
            N("pairs of six latents that cross", lambda of: crossings(of("latents"))[0], "15"),
        ),
        "yes; but latents are not ordered: which is nearer depends on C",
        "latents",
        "test_published_claims.test_no_two_of_seven_latents_are_ordered",
    ),
    S(
        "S1.2",
        "an exact fit from a latent needs sup f_z(Q_z) / f_x(Q_x); what a latent saves, its prior costs",
        (
            N("from N(0, 1)", lambda of: stage(0, "prior")(of) * stage(0, "decoder")(of), "90.017"),
            N("logistic", own("logistic"), "102.316"),
            N("Laplace", own("laplace"), "159.551"),
            N("modes like the data's", own("like_data"), "3.1623"),
            N("N(0, 1) to these", own("prior")),
        ),
        "yes, sharply",
        "stages",
        "test_latent.test_required_constants",
    ),
    S(
        "S1.3",
        "over odd maps d_L = 2 sup (F_z(x/L) − F(x))",
        (N("L = 3", own("odd"), "0.33782"),),
        "yes, attained",
        "latents",
        "test_latent.test_published_distances",
    ),
    S(
        "S1.4",
        "over all L-Lipschitz maps less is possible, by giving up mass of one mode",
        (N("L = 3", own("least"), "0.30126"),),
        "yes, certified",
        "optimal",
        "test_latent.test_honest_against_certified_frontiers",
    ),
    S(
        "S1.5",
        "a data-dependent latent is better",
        (
            N("L = 2: N(0, 1)", least("0", 2), "0.41256"),
            N("modes at 1.75", least("1.75", 2), "0.39855"),
            N("L = 3: N(0, 1)", least("0", 3), "0.30126"),
            N("modes at 3", least("3", 3), "0.06621"),
            N("L = 1.5: N(0, 1)", least("0", 1.5), "0.46604"),
            N("modes at 3", least("3", 1.5)),
        ),
        "only with enough capacity",
        "latents",
        "test_latent.test_the_optimal_latent_depends_on_capacity",
    ),
    S(
        "S1.6",
        "a latent learnt against a weak decoder is easier to decode",
        (
            N("L = 3.2: needs", stage(0, "decoder"), "3.20"),
            N("one stage", stage(-1, "decoder"), "8.62"),
            N("N(0, 1) to latent", stage(0, "prior"), "28.06", same=False),
            N("one stage", stage(-1, "prior"), "10.42", same=False),
            N("trained: needs", trained("weak", "needs")),
            N("one stage", trained("whole", "needs")),
        ),
        "yes; with the prior's sampler nothing is saved",
        "stages",
        "test_latent.test_two_stages",
    ),
    S(
        "S2.1",
        "optimal discriminators of f-GANs, and the weight C = r² f''(r) of the score difference",
        (
            N("SGAN's speed at a = 2", speed("SGAN", 2), "0.2384"),
            N("squared Hellinger", speed("squared Hellinger", 2), "0.3679"),
        ),
        "yes; SGAN's weight is r/(r + 1), not r²/(r + 1) as printed",
        "vanishing",
        "test_adversarial.test_optimal_discriminators_are_slopes_of_the_generator",
    ),
    S(
        "S2.2",
        "a generator that is stationary for a frozen discriminator has the score of the data",
        (N("formula less perturbation, SGAN", lambda of: abs(of("variations")["games"]["SGAN"]["off"])),),
        "yes; where the generator has a kink there is no first variation",
        "variations",
        "test_adversarial.test_first_variation_against_finite_perturbations",
    ),
    S(
        "S2.3",
        "following it is the Wasserstein gradient flow: dD/dt = −E v²",
        tuple(
            N(name, dissipated(name), known)
            for name, known in (
                ("KL", "1.453483"), ("reverse KL", "0.874903"), ("squared Hellinger", "0.181676"), ("SGAN", "0.153748"),
                ("Pearson", "480.541"),
            )
        ),
        "yes",
        "variations",
        "test_adversarial.test_dissipation",
    ),
    S(
        "S2.4",
        "saturating games have vanishing gradients, the non-saturating loss does not",
        (
            N("speed at a = 6: SGAN", speed("SGAN", 6), "9.1e-8"),
            N("Pearson", speed("Pearson", 6), "2.8e-15"),
            N("non-saturating", speed("non-saturating", 6), "6.0000"),
            N("reverse KL", speed("reverse KL", 6), "6"),
        ),
        "yes, of four games in five: reverse KL's does not vanish",
        "vanishing",
        "test_adversarial.test_vanishing_gradients",
    ),
    S(
        "S2.5",
        "the score of a generator's law is −(z + G''/G')/G'",
        (N("greatest difference", lambda of: of("variations")["off"]),),
        "yes, where G is invertible",
        "variations",
        "test_adversarial.test_generator_score_is_the_score_of_its_law",
    ),
    S(
        "S2.6",
        "ScoreGAN converges faster on Gaussians",
        (
            N("W2² at time 1: score", linear("score"), "0.02037", same=False),
            N("reverse KL", linear("reverse KL"), "1.737"),
        ),
        "yes",
        "settling",
        "test_adversarial.test_linear_generators",
    ),
    S(
        "S2.7",
        "a small score loss means a good generator",
        (
            N("m = 5, weights 0.2 and 0.8: score loss", blind("fisher"), "4.62e-6"),
            N("TV", blind("tv"), "0.3"),
        ),
        "no: it is blind to the weights of separated modes",
        "blind",
        "test_adversarial.test_score_matching_is_blind_to_weights_and_floats_are_not",
    ),
    S(
        "S2.8",
        "the gradient-regularised WGAN's discriminator solves Poisson's equation, D' = (F_g − F_d)/2λ",
        (
            N("value", own("poisson"), "0.06237425289"),
            N("error of 10 Fourier terms", lambda of: of("variations")["fourier"][3], "0.0210", same=False),
            N("of 40", lambda of: of("variations")["fourier"][-1], "0.0075"),
        ),
        "yes; the series keeps the difference of means over the period as its error",
        "variations",
        "test_published_claims.test_fourier_discriminator",
    ),
    S(
        "S2.9",
        "an IPM generator follows the kernel's flow field, a difference of smoothed scores",
        (N("greatest difference, three kernels", lambda of: max(of("variations")["kernels"])),),
        "yes; with jumps of the density there is a further term",
        "variations",
        "test_adversarial.test_flows_are_differences_of_smoothed_scores",
    ),
    S(
        "S2.10",
        "under that flow every quantile goes its own way; the centre's slope is L − (L − 1) exp(−p(0) t)",
        (
            N("slope at time 20", slope(20), "8.551"),
            N("at 100", slope(100), "32.869"),
            N("at 500", slope(500), "80.310"),
        ),
        "yes: slowest where the map must be steepest",
        "settling",
        "test_adversarial.test_quantile_flow",
    ),
    S(
        "S2.11",
        "FloWGAN's loss is the Cramér-von Mises distance, which sees weights",
        (
            N("m = 5, weights 0.2 and 0.8", own("cramer"), "0.0300"),
            N("WGAN's value", own("wasserstein"), "0.39922"),
        ),
        "yes",
        "blind",
        "test_adversarial.test_cramer_von_mises_in_both_forms",
    ),
    S(
        "S2.12",
        "Langevin diffusion and its guided form",
        (
            N("spectral gap, m = 3", gap(4, "gap"), "0.0143169"),
            N("m = 5", gap(8, "gap"), "8.9525e-6"),
            N("over two states'", lambda of: gap(8, "gap")(of) / gap(8, "states")(of), "1.0000"),
            N("TV guided without noise, m = 5, time 500", lambda of: of("settling")["left"][-1], "0.0102", same=False),
        ),
        "guiding needs no noise conditioning; but constant noise biases it",
        "guided",
        "test_published_claims.test_spectral_gaps",
    ),
    S(
        "S3.1",
        "three decompositions of J; both marginal divergences are at most J",
        (N("greatest defect of a curved VAE", own("defect")),),
        "yes",
        "marginals",
        "test_variational.test_three_decompositions",
    ),
    S(
        "S3.2",
        "the linear Gaussian VAE fits both marginals at its optimum, a β-VAE only the latent one",
        (
            N("visible KL at β = 4", own("beta"), "0.064998"),
            N("at collapse", own("collapse"), "0.01157"),
        ),
        "yes",
        "marginals",
        "test_variational.test_linear_optimum_and_collapse",
    ),
    S(
        "S3.3",
        "richer posteriors do not fix the marginals",
        tuple(
            N(f"latent KL, m = {m}", mended(m), known)
            for m, known in ((1, "0.00749"), (3, "0.42107"), (5, "0.89000"))
        ),
        "yes for linear decoders, whose posterior is exact; no for free ones (S3.4)",
        "marginals",
        "test_variational.test_richer_posteriors_do_not_fix_marginals",
    ),
    S(
        "S3.4",
        "the optimum over free decoders and Gaussian posteriors, decoder noise 0.1",
        (
            N("latent KL, m = 3", best(3, "latent_kl"), "0.01022"),
            N("slope", best(3, "lipschitz"), "33.4", same=False),
            N("m = 5: latent KL", best(5, "latent_kl"), "0.02005", same=False),
            N("slope", best(5, "lipschitz"), "292", same=False),
            N("variance squared: latent KL", lambda of: of("optima")["squared"]["latent_kl"], "0.065", same=False),
            N("m = 3, noise 0.02: J", lambda of: of("optima")["noisy"][0]["objective"], "0.0090"),
            N("slope", lambda of: of("optima")["noisy"][0]["lipschitz"], "43.7", same=False),
            N("noise 1: J", lambda of: of("optima")["noisy"][3]["objective"], "0.228"),
            N("slope", lambda of: of("optima")["noisy"][3]["lipschitz"], "11.1"),
            N("weight 4: latent KL", lambda of: of("optima")["weighted"][3]["latent_kl"], "0.048"),
            N("slope", lambda of: of("optima")["weighted"][3]["lipschitz"], "16"),
            N("weight 1/2: latent KL", lambda of: of("optima")["weighted"][0]["latent_kl"], "0.016", same=False),
            N("slope", lambda of: of("optima")["weighted"][0]["lipschitz"], "29", same=False),
        ),
        "small mismatches at steep decoders; the earlier slopes were those of an even grid",
        "optima",
        "test_free_optimum.test_free_optima",
    ),
    S(
        "S3.5",
        "a Lipschitz decoder's mismatch stays, in latent or in visible space",
        (
            N("half way: latent TV", own("half_latent"), "0.1768"),
            N("TV of reconstructions", own("half_visible"), "0.1997"),
            N("frontier", own("least"), "0.30126"),
        ),
        "yes",
        "coders",
        "test_variational.test_mismatch_is_unavoidable",
    ),
    S(
        "S3.6",
        "adversarial autoencoder and hybrids: what their objectives come to",
        (
            N("prior's encoder: AAE", own("aae_prior"), "4.443"),
            N("VGH", own("vgh_prior"), "5.062"),
            N("VGH++", own("vghpp_prior"), "5.681"),
            N("decoder's inverse: AAE", own("aae_inverse"), "0.3835"),
            N("VGH++", own("vghpp_inverse"), "1.0021"),
            N("trained, KL of samples: AAE", trained("aae", "sampled_kl")),
            N("VGH++", trained("vghpp", "sampled_kl")),
        ),
        "the hybrids' extra terms see the decoder; trained, VGH++ halves the samples' divergence",
        "coders",
        "test_variational.test_published_hybrids",
    ),
    S(
        "S3.7",
        "density-ratio estimates underestimate KL",
        (
            N("KL 0.5, stopped at 10", lambda of: of("ratios")["shares"]["stopped at 10"][0] / 2, "0.5095"),
            N("KL 18, stopped at 1000", lambda of: 18 * of("ratios")["shares"]["stopped at 1000"][5], "8.47"),
            N("KL 0.9359, x² and x⁴", lambda of: of("ratios")["modes"][4]["quartic"], "0.9388"),
            N("lower bound", lambda of: of("ratios")["modes"][4]["bound"], "0.8884"),
            N("KL 18, of 10 000 samples", own("sampled"), "21.5", same=False),
        ),
        "variational lower bounds do, with exact expectations; plug-in estimates may overshoot",
        "ratios",
        "test_variational.test_counterexample_plug_in_estimates_may_overshoot",
    ),
)  # fmt: skip
