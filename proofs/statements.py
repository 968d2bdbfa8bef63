"""The theory, paragraph by paragraph: by which declared bounds each is stated, or what takes its place and why."""

from collections.abc import Sequence
from typing import Final, NamedTuple


class Paragraph(NamedTuple):
    """A paragraph of the theory: what it says, the bounds that declare it, and what else there is to say."""

    key: str
    says: str
    bounds: tuple[str, ...] = ()
    else_: str = ""


def row(key: str, says: str, bounds: str = "", else_: str = "") -> Paragraph:
    """A paragraph, its bounds given as words."""
    return Paragraph(key, says, tuple(bounds.split()), else_)


THEORY: Final = (
    row("A1", "the law of g(Z) by change of variables", "", "no inequality: `lipbound.pushforward` works it out"),
    row("A2", "piecewise-linear g: Gaussian pieces and atoms", "null_image", "the laws by `lipbound.pushforward`, "
        "infinite divergences by `lipbound.kl`"),
    row("A3", "Lipschitz constants of maps", "residual_depth inverse_depth", "of a map: its method "
        "`lipschitz`; what a grid sees: `lipbound.estimators`"),
    row("B1", "isoperimetry of images", "enlargement tail"),
    row("B2", "its boundary form", "exact_fit", "of half-lines, at an exact fit; of any law: `lipbound.laws.profile`"),
    row("B3", "two sets at a distance", "precision two_modes"),
    row("C1", "TV from a gap", "gap_tv"),
    row("C2", "KL from a gap, both ways", "gap_kl gap_kl_reverse"),
    row("C3", "every f-divergence from a gap", "gap_hellinger2 gap_chi2 gap_chi2_reverse gap_js gap_renyi2",
        "of another generator: `lipbound.bounds.gap_f`"),
    row("C4", "the best pair of points", "gap_tv", "its `read`, unless an event is given"),
    row("C5", "g Lipschitz on a ball only", "mostly_lipschitz"),
    row("C6", "estimated masses", "gap_tv", "letters may be enclosures, and every bound holds for all of their values"),
    row("D1", "three cells, any divergence", "three_cells_kl", "declared for KL; for TV it is D2"),
    row("D2", "three cells, TV", "two_modes"),
    row("D3", "symmetric mixtures, in any dimension", "two_modes", "on the line through the modes: "
        "`lipbound.projection`; over grids of letters `lipbound.bounds.two_modes_surface`"),
    row("D4", "weights, unequal widths, K modes", "two_modes several_modes"),
    row("D5", "N cells", "cells", "declared for TV; refined until it meets a map's by `lipbound.frontier`"),
    row("E1", "an exact fit", "exact_fit"),
    row("E2", "an exact fit of two even modes", "symmetric_fit"),
    row("E3", "unequal weights, K modes", "unbalanced_fit unbalanced_limit comb_above comb_below comb_limit"),
    row("F0", "monotone rearrangement", "", "an existence statement: the first step of `product_target`'s proof"),
    row("F1", "any dimension", "product_target null_image"),
    row("F2", "the one-point dual", "one_valley"),
    row("F3", "two even modes, exactly", "one_sided one_sided_apart one_sided_early shared_loss shared_loss_apart"),
    row("F4", "L below all widths", "affine_best"),
    row("F5", "all f-divergences of an arc", "", "a minimum without a formula: `lipbound.frontier` for KL both ways"),
    row("F6", "Wasserstein distances", "", "a convex programme without a formula: `lipbound.frontier`, for W1 and W2"),
    row("F7", "several valleys at once", "several_modes", "weaker than the best union of cells: `lipbound.frontier`"),
    row("F8", "how the frontier falls", "polynomial_rate valley_rate two_points two_points_rate"),
    row("G1", "scores of mixtures", "score_slope"),
    row("G2", "one step of a sampler", "noisy_depth", "with n = 1; of any step: `lipbound.chains.steepness`"),
    row("G3", "the composed map", "noisy_depth", "of any chain: `lipbound.chains.lipschitz`"),
    row("G4", "its limit, with noise and without", "sde_exponent ode_exponent"),
    row("G5", "what isoperimetry forces", "noisy_depth flow_budget"),
    row("G6", "rates of samplers", "", "no constant is known that would make a bound: measured by `lipbound.chains`"),
    row("G7", "propagation of densities", "", "a quadrature: `lipbound.chains`"),
    row("I", "lack and excess", "lack_and_excess"),
    row("J precision", "precision of a generator", "precision balanced"),
    row("J contraction", "maps that exist", "log_concave mixture_in_ball"),
    row("J bi-Lipschitz", "invertible generators", "bi_lipschitz bi_lipschitz_tv"),
    row("J depth", "stacks of residual blocks", "residual_depth inverse_depth noisy_depth"),
    row("J smoothness", "the score of a mixture", "score_slope"),
    row("J flows", "deterministic samplers", "ode_exponent flow_budget"),
    row("J tails", "tails of images", "tail tail_tv"),
    row("J remedy", "latent laws of two modes", "latent_remedy"),
    row("J calculus", "divergences among each other",
        "pinsker bretagnolle_huber hellinger_below hellinger_above js_below js_above moments"),
    row("J dimension", "fewer latent dimensions", "null_image"),
    row("J functional", "Poincare, transport and entropy", "poincare transport_entropy",
        "log-Sobolev is a statement on functions, not on an instance; concentration is `tail`"),
    row("J estimators", "what grids and histograms see", "", "shown side by side: `lipbound.estimators`"),
)  # fmt: skip


def statements() -> Sequence[str]:
    """The paragraphs as a table."""
    rows = (f"| {p.key} | {p.says} | {', '.join(f'`{b}`' for b in p.bounds) or '-'} | {p.else_} |" for p in THEORY)
    return ["## What is stated where", "", "| paragraph | of | declared as | else |", "|---|---|---|---|", *rows]
