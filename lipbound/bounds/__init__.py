"""The statements: one constant each, in a file of its own or with its kin."""

from typing import Final

from ..bound import Bound
from .affine_best import affine_best as affine_best
from .cells import cells as cells
from .chains import flow_budget as flow_budget
from .chains import noisy_depth as noisy_depth
from .comb import comb_above as comb_above
from .comb import comb_below as comb_below
from .comb import comb_limit as comb_limit
from .dropping import one_sided as one_sided
from .dropping import one_sided_apart as one_sided_apart
from .dropping import one_sided_early as one_sided_early
from .dropping import shared_loss as shared_loss
from .dropping import shared_loss_apart as shared_loss_apart
from .exact_fit import exact_fit as exact_fit
from .fit import latent_remedy as latent_remedy
from .fit import log_concave as log_concave
from .fit import mixture_in_ball as mixture_in_ball
from .fit import symmetric_fit as symmetric_fit
from .flows import bi_lipschitz as bi_lipschitz
from .flows import bi_lipschitz_tv as bi_lipschitz_tv
from .flows import inverse_depth as inverse_depth
from .flows import residual_depth as residual_depth
from .gap_divergences import gap_chi2 as gap_chi2
from .gap_divergences import gap_chi2_reverse as gap_chi2_reverse
from .gap_divergences import gap_f as gap_f
from .gap_divergences import gap_hellinger2 as gap_hellinger2
from .gap_divergences import gap_js as gap_js
from .gap_divergences import gap_renyi2 as gap_renyi2
from .gap_kl import gap_kl as gap_kl
from .gap_kl_reverse import gap_kl_reverse as gap_kl_reverse
from .gap_tv import gap_tv as gap_tv
from .inequalities import bretagnolle_huber as bretagnolle_huber
from .inequalities import hellinger_above as hellinger_above
from .inequalities import hellinger_below as hellinger_below
from .inequalities import js_above as js_above
from .inequalities import js_below as js_below
from .inequalities import moments as moments
from .inequalities import pinsker as pinsker
from .isoperimetry import balanced as balanced
from .isoperimetry import enlargement as enlargement
from .isoperimetry import precision as precision
from .isoperimetry import tail as tail
from .isoperimetry import tail_tv as tail_tv
from .lack_and_excess import lack_and_excess as lack_and_excess
from .mostly_lipschitz import mostly_lipschitz as mostly_lipschitz
from .one_valley import one_valley as one_valley
from .points import two_points as two_points
from .points import two_points_rate as two_points_rate
from .rates import polynomial_rate as polynomial_rate
from .rates import valley_rate as valley_rate
from .samplers import ode_exponent as ode_exponent
from .samplers import sde_exponent as sde_exponent
from .score import score_slope as score_slope
from .several_modes import several_modes as several_modes
from .space import product_target as product_target
from .spread import null_image as null_image
from .spread import poincare as poincare
from .spread import transport_entropy as transport_entropy
from .surface import two_modes_surface as two_modes_surface
from .three_cells import three_cells_kl as three_cells_kl
from .two_modes import two_modes as two_modes
from .unbalanced import unbalanced_fit as unbalanced_fit
from .unbalanced import unbalanced_limit as unbalanced_limit

GAPS: Final[tuple[Bound, ...]] = (  # what verify asks: read off (g, nu) alone, in milliseconds
    gap_tv, gap_kl, gap_kl_reverse, two_modes, one_valley, exact_fit,
    several_modes, three_cells_kl, tail_tv, moments, poincare,
)  # fmt: skip
ALL: Final[tuple[Bound, ...]] = (
    *GAPS, gap_hellinger2, gap_js, gap_chi2, gap_chi2_reverse, gap_renyi2, balanced,
    enlargement, tail, precision, symmetric_fit, mixture_in_ball, log_concave, latent_remedy,
    bi_lipschitz, bi_lipschitz_tv, residual_depth, inverse_depth, ode_exponent, sde_exponent,
    noisy_depth, flow_budget,
    pinsker, bretagnolle_huber, hellinger_below, hellinger_above, js_below, js_above,
    two_points, two_points_rate, one_sided, one_sided_apart, one_sided_early, shared_loss, shared_loss_apart,
    polynomial_rate, valley_rate,
    product_target, null_image, transport_entropy, unbalanced_fit, unbalanced_limit,
    lack_and_excess, comb_above, comb_below, comb_limit, affine_best, cells, score_slope,
    mostly_lipschitz,
)  # fmt: skip
