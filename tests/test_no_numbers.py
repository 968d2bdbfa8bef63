"""What is no number, no list, no law and no map is refused in one sentence that says what would be right."""

from collections.abc import Callable

import numpy as np
import pytest

from lipbound import (
    Discrete,
    DomainError,
    Gaussian,
    Instance,
    Mixture,
    Patchwork,
    Transport,
    Uniform,
    affine,
    clamp,
    fisher,
    formula,
    frontier,
    gaussian_mixture,
    kl,
    kuiper,
    mmd,
    pushforward,
    required_lipschitz,
    tv,
    two_gaussians,
    valley_frontier,
    w1,
    w_inf,
)
from lipbound.chains import langevin

P, Q, G, SMOOTH = Gaussian(), two_gaussians(2), affine(2), formula("tanh(z)")

REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: Gaussian("a", 1), r"'a' is not a finite number: give"),
    (lambda: Uniform(0, None), r"None is not a finite number: give"),
    (lambda: tv(P, "x"), r"tv compares two laws and got str"),
    (lambda: tv.enclose(P, Q, "x"), r"tol = 'x' is not a width: it must be positive and finite"),
    (lambda: kl.enclose(P, Q, None), r"tol = None is not a width"),
    (lambda: w1.enclose(P, Q, "1e-3"), r"tol = '1e-3' is not a width"),
    (lambda: w_inf.enclose(P, Q, float("nan")), r"tol = nan is not a width"),
    (lambda: fisher.enclose(P, Q, [1e-3]), r"tol = \[0.001\] is not a width"),
    (lambda: kuiper.enclose(P, Q, True), r"tol = True is not a width"),
    (lambda: mmd(1).enclose(P, Q, 0), r"tol = 0 is not a width"),
    (lambda: frontier(Q, "abc"), r"'abc' is not a finite number"),
    (lambda: frontier(Q, 2, tol="x"), r"tol = 'x' is not a width"),
    (lambda: frontier(Q, 2, rounds="x"), r"'x' is not a finite number"),
    (lambda: frontier(Q, 2, rounds=0), r"rounds = 0 is outside \[1, 1000000\]"),
    (lambda: required_lipschitz(Q, level="1/5", tol="x"), r"tol = 'x' is not a width"),
    (lambda: valley_frontier("q", 1), r"nu is a str: give a law"),
    (lambda: P.pdf("x"), r"y = 'x' is no array of real numbers"),
    (lambda: pushforward(SMOOTH).certified.cdf("x"), r"'x' is not a finite number"),
    (lambda: G("x"), r"z = 'x' is no array of real numbers: give floats"),
    (lambda: SMOOTH("x"), r"z = 'x' is no array of real numbers: give floats"),
    (lambda: SMOOTH([1j]), r"z = \[1j\] is no array of real numbers"),
    (lambda: Transport(P, Q)("x"), r"= 'x' is no array of real numbers"),
    (lambda: SMOOTH.bends("a", "b"), r"'a' is not a finite number"),
    (lambda: clamp("a", 1), r"'a' is not a finite number"),
    (lambda: gaussian_mixture(1, 0, 1), r"1 is not a list: give several entries, as in \(0, 1\)"),
    (lambda: Mixture(1, P), r"1 is not a list"),
    (lambda: Mixture([1], P), r"is not a list"),
    (lambda: Discrete("01", (1, 1)), r"'01' is not a list"),
    (lambda: Discrete(np.array(1.0), (1,)), r"is not a list"),
    (lambda: Patchwork(3), r"3 is not a list"),
    (lambda: Instance(G, Q).measured("tv"), r"divergence is a str: give one, such as tv or kl"),
    (lambda: langevin(Q, "x", 3), r"h = 'x' is outside \(0, inf\)"),
    (lambda: langevin(Q, 0.1, 3, tol="x"), r"tol = 'x' is not a width"),
]


@pytest.mark.parametrize(("made", "said"), REFUSED, ids=[said[:30] for _, said in REFUSED])
def test_one_sentence(made: Callable[[], object], said: str):
    with pytest.raises(DomainError, match=said) as caught:
        made()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_power_what_is_right_is_taken():
    assert Gaussian("1/3", "0.5").mean() == pytest.approx(1 / 3)
    assert tv.enclose(P, Q, np.float32(1e-3)).certified
    assert G([1, 2]).tolist() == [2, 4]
    assert SMOOTH(0) == 0
    assert Mixture(iter(["1/2", "1/2"]), (law for law in (P, P))).mean() == 0
    assert gaussian_mixture(np.array([0.5, 0.5]), [-1, 1], ("1", 1)).mean() == 0
    assert SMOOTH.bends("-2", 2)[0].rising
