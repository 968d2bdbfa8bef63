"""Bounds beyond their inequality: standings, solving, expanding, grids, projections, the console."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import chi2 as chi2_law
from scipy.stats import norm

from lipbound.bound import UpperBound
from lipbound.bounds import (
    ALL,
    balanced,
    bi_lipschitz,
    exact_fit,
    gap_f,
    gap_hellinger2,
    gap_kl,
    inverse_depth,
    log_concave,
    mixture_in_ball,
    moments,
    null_image,
    ode_exponent,
    one_sided,
    one_valley,
    poincare,
    precision,
    residual_depth,
    sde_exponent,
    several_modes,
    symmetric_fit,
    transport_entropy,
    two_modes,
    two_modes_surface,
)
from lipbound.checks import check
from lipbound.divergences import hellinger2
from lipbound.enclosure import Verdict
from lipbound.errors import DomainError, NotCertifiable
from lipbound.exact_console import Console
from lipbound.hypothesis import Standing
from lipbound.instance import Instance
from lipbound.laws import Discrete, Gaussian, gaussian_mixture, pushforward, two_gaussians
from lipbound.maps import SmoothNetwork, affine, clamp, formula, from_slopes
from lipbound.projection import project, unit

STANDINGS = [
    (exact_fit, Instance(affine(2), Gaussian(0, 2)), {}, Standing.PROVEN),
    (exact_fit, Instance(affine(2), Gaussian(0, 3)), {}, Standing.VIOLATED),
    (balanced, Instance(clamp(-1, 1), Gaussian()), {}, Standing.PROVEN),
    (balanced, Instance(clamp(-1, 3), Gaussian()), {}, Standing.VIOLATED),
    (balanced, Instance(formula("1/3 + tanh(z) + z*cos(z)"), two_gaussians(2)), {}, Standing.PROVEN),
    (balanced, Instance(formula("softplus(z)"), two_gaussians(2)), {}, Standing.VIOLATED),
    (balanced, Instance(SmoothNetwork([([[1]], [0]), ([[2]], [1])], "tanh"), Gaussian()), {}, Standing.ASSUMED),
    (precision, Instance(formula("2*tanh(z)"), Gaussian()), {"left": -1, "right": 1}, Standing.PROVEN),
    (symmetric_fit, Instance(affine(1), two_gaussians(2)), {}, Standing.PROVEN),
    (symmetric_fit, Instance(affine(1), two_gaussians(2, weight="1/3")), {}, Standing.VIOLATED),
    (log_concave, Instance(affine(1), two_gaussians("1/2")), {}, Standing.PROVEN),
    (log_concave, Instance(affine(1), two_gaussians("1/2")), {"kappa": 1}, Standing.VIOLATED),
    (log_concave, Instance(affine(1), two_gaussians(2)), {}, Standing.VIOLATED),
    (
        log_concave,
        Instance(affine(1), gaussian_mixture(("1/2", "1/2"), (0, 1), (1, 2))),
        {"kappa": 1},
        Standing.ASSUMED,
    ),
    (mixture_in_ball, Instance(affine(1), two_gaussians(2)), {"R": 1, "s": 1}, Standing.ASSUMED),
    (bi_lipschitz, Instance(clamp(-1, 1), Gaussian()), {}, Standing.VIOLATED),
    (residual_depth, Instance(affine(1), Gaussian()), {"kappa": 1, "n": 1}, Standing.ASSUMED),
]


@pytest.mark.parametrize(("bound", "case", "event", "standing"), STANDINGS)
def test_hypotheses_have_three_standings_and_a_violated_one_refuses(bound, case, event, standing):
    assert [h.standing(case, **event) for h in bound.hypotheses] == [standing]
    if standing is Standing.VIOLATED:
        with pytest.raises(DomainError, match=f"{bound.name} supposes"):
            check(bound, case, **event)
    else:
        assert bound.standing(case, **event) is standing


def test_power_the_balanced_bound_is_false_where_its_hypothesis_fails():
    """THEORY J: at m = 3, L = 1 the formula gives 0.8, but keeping to one mode reaches a half."""
    case = Instance(affine(1, -3), two_gaussians(3))
    promised = balanced.enclose(D=4, L=1, a=case.nu.cdf(-2), b=case.nu.cdf(-2))
    assert case.measured(two_modes.quantity).at_least(promised) is Verdict.VIOLATED
    with pytest.raises(DomainError, match="D = -1"):
        balanced(D=-1, L=1, a="0.5", b="0.5")


# --- exploring


def test_solve_inverts_the_bound():
    found = two_modes.solve("L", tv="0.1", D=4, a="0.5", b="0.5")
    assert found.certified
    assert found.lo <= -4 / norm.ppf(0.4) <= found.hi
    assert found.error < 1e-13
    blocks = residual_depth.solve("n", lip=1000, kappa="0.5")
    assert float(blocks) == pytest.approx(np.log(1000) / np.log(1.5), rel=1e-12)
    assert float(inverse_depth.solve("n", value=1000, kappa="0.5")) == pytest.approx(np.log2(1000), rel=1e-12)
    assert float(symmetric_fit.solve("m", value=10, s=1)) == pytest.approx((2 * np.log(10)) ** 0.5, rel=1e-12)


def test_solve_refuses_in_one_sentence():
    for message, letter, known in [
        (r"no L in \(0, inf\) makes two_modes equal to 0.7", "L", {"tv": "0.7", "D": 4, "a": "0.5", "b": "0.5"}),
        ("L = 3 is given, and to be found", "L", {"tv": "0.1", "D": 4, "L": 3, "a": "0.5", "b": "0.5"}),
        ("two_modes has no letter m", "m", {"tv": "0.1"}),
        ("needs the value to be met: tv=0.1", "L", {"D": 4, "a": "0.5", "b": "0.5"}),
    ]:
        with pytest.raises(DomainError, match=message):
            two_modes.solve(letter, **known)


@pytest.mark.parametrize("bound", [one_valley, several_modes], ids=lambda bound: bound.name)
def test_rows_broadcast_against_arrays_of_the_other_letters_and_are_solved_for(bound):
    """The last axis is that of the rows: with as many values as rows nothing is mixed up either."""
    letters = bound.read(Instance(affine(2), two_gaussians(2)))
    rest = {name: x for name, x in letters.items() if name != "L"}
    for slopes in ([1, 2, 4], [[1, 2], [3, 4]], np.linspace(1, 4, len(letters["x"]))):
        each = [bound(**rest, L=x) for x in np.ravel(slopes)]
        assert bound(**rest, L=slopes) == pytest.approx(np.reshape(each, np.shape(slopes)), abs=1e-15)
    target = Fraction(9, 10) * Fraction(bound(**letters))
    found = bound.solve("L", value=target, **rest)
    assert bound(**rest, L=found.lo) >= float(target) - 1e-12 >= bound(**rest, L=found.hi + 1e-9) - 1e-12


def test_solve_passes_over_values_that_do_not_belong_with_the_others():
    """Masses above 0.7 are no masses of a set disjoint from one of 0.3; where none is left, the reason is given."""
    found = two_modes.solve("a", tv="0.1", D=4, L=2, b="0.3")
    assert two_modes(D=4, L=2, a=float(found), b="0.3") == pytest.approx(0.1, abs=1e-12)
    with pytest.raises(DomainError, match="x = 3 is not left of y = 1"):
        one_sided.solve("L", value="0.1", m=2, s=1, x=3, y=1)


def test_expand_refuses_where_there_is_no_series():
    with pytest.raises(NotCertifiable, match="gap_kl has no Taylor series in beta about oo"):
        gap_kl.expand("beta")


def test_expand_agrees_with_the_bound_far_out():
    series = precision.expand("L", order=5)
    for slope in (10, 100):
        values = {str(x): x for x in series.free_symbols}
        value = float(series.subs({values["D"]: 1, values["L"]: slope}))
        assert abs(value - precision(D=1, L=slope)) < 0.01 / slope**6


def test_bounds_draw_themselves():
    ax = two_modes.plot("L", np.linspace(1, 9, 30), D=4, a="0.5", b="0.5")
    x, y = ax.lines[0].get_data()
    assert y[0] == two_modes(D=4, L=x[0], a="0.5", b="0.5")


# --- values


def test_surface_is_the_best_event():
    m, slope = np.linspace(0.5, 8, 200)[:, None], np.geomspace(0.5, 200, 200)[None, :]
    values = two_modes_surface(m, slope)
    assert values.shape == (200, 200)
    assert np.all(np.diff(values, axis=1) <= 1e-12)
    for half, reach in (("0.8", 1), (2, 5), (3, 2), ("5.5", 30)):
        case = Instance(affine(reach), two_gaussians(half))
        best = two_modes(**two_modes.read(case))
        found = float(two_modes_surface(float(Fraction(half)), reach))
        assert best - 1e-9 <= found <= best + 1e-6


def test_theory_table_of_best_pairs():
    rows = [(2, 1.6, 0.285871), (2, 2, 0.219148), (2, 5, 0.019462), (3, 2, 0.394397), (3, 5, 0.164556)]
    rows += [(3, 10, 0.059333), (5, 5, 0.374670), (5, 50, 0.033663)]
    for m, slope, value in rows:
        assert two_modes_surface(m, slope) == pytest.approx(value, abs=6e-7)


def test_any_generator_gives_the_declared_gap_bound():
    letters = {"p": "0.4", "r": 1, "L": 2, "beta": "0.05"}
    assert gap_f(hellinger2)(**letters) == pytest.approx(gap_hellinger2(**letters), rel=1e-12)


@pytest.mark.parametrize("text", ["2*tanh(z)", "z + tanh(z)", "3*sin(z)", "pi + z/2"])
def test_balanced_smooth_maps_keep_what_is_promised(text):
    case = Instance(formula(text), two_gaussians(3))
    assert check(balanced, case).verdict is Verdict.HOLDS
    middle = Fraction(float(case.g(0.0)))  # g(0) is not a rational for each of them
    event = {} if middle else {"left": -2, "right": 2}
    if event:
        assert check(precision, case, **event).verdict is Verdict.HOLDS


@pytest.mark.parametrize("d", [1, 2, 3, 10])
def test_bi_lipschitz_in_space_is_a_chi_law(d):
    assert bi_lipschitz(d=d, K=2, r="0.7") == pytest.approx(chi2_law.cdf(1.96, d), rel=1e-13)


def test_many_gaps_say_more_than_one_where_the_map_is_steep():
    case = Instance(affine(200), gaussian_mixture(["1/8"] * 8, range(0, 64, 8), [1] * 8))
    many, one = several_modes.enclose(**several_modes.read(case)), two_modes.enclose(**two_modes.read(case))
    assert many.lo > 3 * one.hi


def test_sampler_with_noise_is_steeper_than_the_monotone_map():
    for m, value in ((2, 19.300), (3, 1909.9)):
        assert sde_exponent(m=m, s=1) == pytest.approx(value, rel=1e-4)
        assert sde_exponent(m=m, s=1) > symmetric_fit(m=m, s=1)


def test_projections():
    for v in ((1, 1, 1), (0, 0, 5), (1, -2, "0.3"), (3, 4)):
        e = unit(v)
        w = np.array([float(Fraction(x)) for x in v])
        assert sum(x * x for x in e) == 1
        assert np.allclose([float(x) for x in e], w / np.linalg.norm(w), atol=1e-14)
    mu = (1, 1, 1, 1)  # the original code's mixture: means at +-(m, ..., m), so that the modes are 2 m sqrt(d) apart
    nu = project(("1/2", "1/2"), ([-x for x in mu], mu), (1, 1), mu)
    assert str(nu) == str(two_gaussians(2))
    for wrong, message in (((0, 0), "points nowhere"), ((1, 1, 1), "as many each")):
        with pytest.raises(DomainError, match=message):
            project((1,), ((1, 1),), (1,), wrong)


# --- the console


def test_console_literals_are_exact(capsys):
    console = Console({"two_modes": two_modes})
    for line in ("x = 1/3 + 0.1", "x", "6/2", "_ - 2", "1e-30", "'x'", "[x]", "two_modes(D=-1, L=1, a=0.5, b=0.5)"):
        console.push(line)
    out = capsys.readouterr()
    assert out.out.splitlines() == ["13/30", "3", "1", f"1/{10**30}", "'x'", "[Fraction(13, 30)]"]
    assert "DomainError: D = -1" in out.err


def test_kinds():
    signs = {bound.relation for bound in ALL}
    assert signs == {">=", "<=", "=", "~"}
    assert all(r"\le" in bound.latex() for bound in ALL if isinstance(bound, UpperBound))
    assert check(symmetric_fit, Instance(affine(1), two_gaussians(1))).verdict is Verdict.UNDECIDED


def test_power_an_upper_bound_that_is_too_low_is_violated():
    g = from_slopes((0,), (1, 3), (0, 0))
    found = check(residual_depth, Instance(g, pushforward(g)), kappa=1, n=1)
    assert found.verdict is Verdict.UNDECIDED  # 3 > 2: no block of this kind; the hypothesis was only assumed
    with pytest.raises(DomainError, match="depends on the event: at is missing"):
        bi_lipschitz.quantity.of(Instance(affine(2), Discrete((0,), (1,))), {})


# --- letters and measurements at the edge


def test_moments_say_nothing_of_two_laws_on_one_point_and_are_never_nan():
    same = "delta, v and w are all zero: both laws sit on the same point"
    for letters in ({"delta": 0, "v": 0, "w": 0}, {"delta": [0, 1], "v": [0, 1], "w": [0, 1]}):
        with pytest.raises(DomainError, match=same):
            moments(**letters)
    with pytest.raises(DomainError, match=same):
        moments.enclose(delta=0, v=0, w=0)
    found = moments(delta=[[0], [1], ["1e-200"]], v=[0, 1], w=[1, 1])
    assert np.array_equal(found, [[0, 0], [0.5, 0.2], [0, 0]])
    assert moments(delta="1e-200", v=0, w=0) == 1.0  # the squares underflow: balls step in
    assert moments(delta="1e300", v="1e300", w=0) == pytest.approx(0.5, rel=1e-15)
    with pytest.raises(NotCertifiable, match="has no value at delta = 0"):
        moments(delta="1e-400", v=0, w=0)  # beyond floats, where it would be 0/0


def test_what_an_event_lacks_or_has_too_much_is_said():
    case = Instance(affine(1), Gaussian())
    with pytest.raises(DomainError, match="residual_depth is read off g and nu by kappa, n: kappa, n missing"):
        check(residual_depth, case)
    with pytest.raises(DomainError, match="two_modes is read off g and nu by left, right: lefft unknown"):
        check("two_modes", case, lefft=1)
    assert check(bi_lipschitz, case).letters["r"] == 1  # what is not given is as `read` supposes


@pytest.mark.parametrize(
    ("text", "slope"),
    [("z + tanh(z)/2", 1), ("-z - tanh(z)/2", 1), ("2*z + sin(z)", 1), ("sinh(z)", 1), ("z**3 + z/2", "1/2")],
)
def test_bi_lipschitz_reads_the_least_slope_of_a_smooth_map(text, slope):
    case = Instance(formula(text), Gaussian())
    K = bi_lipschitz.read(case)["K"]
    assert 1 <= K * Fraction(slope) <= 1 + Fraction(1, 10**9)
    found = check(bi_lipschitz, case, r="1/2")
    assert found.verdict is Verdict.HOLDS
    assert found.supposed


@pytest.mark.parametrize("text", ["sinh(z)", "z**3 + z/2"])
def test_power_an_inverse_said_to_be_flatter_breaks_the_bound_of_a_smooth_map(text):
    found = check(bi_lipschitz, Instance(formula(text), Gaussian()), r="1/100")  # where g is flattest
    assert found.verdict is Verdict.HOLDS
    wrong = bi_lipschitz.enclose(**found.letters | {"K": found.letters["K"] * Fraction(99, 100)})
    assert wrong.at_least(found.measured) is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("text", "reason"),
    [("tanh(z)", "the slope grows without bound"), ("z**3", "not decided"), ("z**2", "g rises and falls")],
)
def test_bi_lipschitz_says_why_there_is_no_lipschitz_inverse(text, reason):
    with pytest.raises(DomainError, match=reason):
        bi_lipschitz.read(Instance(formula(text), Gaussian()))


@pytest.mark.parametrize(("m", "s"), [(2, 1), (2, "1/2"), ("1/16", 1), (3, 2)])
def test_flows_are_measured_with_proof_and_agree_with_quadrature(m, s):
    case = Instance(affine(1), two_gaussians(m, s))
    half, sd = float(Fraction(m)), float(Fraction(s))

    def slope(t, noise):
        var = sd**2 * np.exp(-2 * t) - np.expm1(-2 * t)
        return 1 - noise / var + noise * half**2 * np.exp(-2 * t) / var**2

    plain = quad(slope, 0, 30, args=(1,), epsabs=1e-11, limit=500)[0]
    for path in ("diffusion", "straight"):
        found = check(ode_exponent, case, path=path).measured
        assert found.certified
        assert found.error < 1e-12
        assert float(found) == pytest.approx(plain, abs=1e-9)

    def grown(t):
        return np.exp(2 * quad(slope, 0, t, args=(2,), epsabs=1e-10, limit=500)[0])

    noisy = np.sqrt(2 * quad(grown, 0, 12, epsabs=1e-7, epsrel=1e-8, limit=300)[0])
    found = check(sde_exponent, case).measured
    assert found.certified
    assert float(found) == pytest.approx(noisy, rel=1e-6)


def test_transport_and_entropy_meet_at_a_shift_and_variance_at_a_line():
    moved = check(transport_entropy, affine(3), Gaussian("1/2", 3))
    assert float(moved.promised) == pytest.approx(1 / 72, rel=1e-12)
    assert moved.measured.overlaps(moved.promised)
    clamped = check(poincare, clamp(-1, 1), Gaussian())
    assert float(clamped.measured) == pytest.approx(0.516058551, abs=1e-9)  # E min(Z^2, 1)
    assert clamped.verdict is Verdict.HOLDS


def test_what_a_map_leaves_on_points_is_lost():
    found = check(null_image, clamp(-1, 1), Gaussian())
    assert found.measured.overlaps(found.promised)
    assert float(found.promised) == pytest.approx(2 * norm.cdf(-1), rel=1e-14)
    both = check(null_image, clamp(-1, 1), Discrete((-1, 1), ("1/2", "1/2")))
    assert both.promised.hi == 0  # the target gives these points more
