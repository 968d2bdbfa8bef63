"""Formulas: what is read, what is refused, values in balls and in floats, their algebra."""

from __future__ import annotations

import math
import pickle
import re
from collections.abc import Callable
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lipbound import DomainError, Enclosure, Formula, NotCertifiable, affine, fold, formula
from lipbound.reals import precision

INF = math.inf
MP = {
    "Phi": mpmath.ncdf,
    "atan": mpmath.atan,
    "cos": mpmath.cos,
    "cosh": mpmath.cosh,
    "erf": mpmath.erf,
    "exp": mpmath.exp,
    "gelu": lambda x: x * mpmath.ncdf(x),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "sin": mpmath.sin,
    "sinh": mpmath.sinh,
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "tanh": mpmath.tanh,
}
SAFE = {
    "log": "log({0}*{0} + 1)",
    "sqrt": "sqrt({0}*{0} + 2)",
    "inverse": "1/({0}*{0} + 3)",
    "root": "({0}**2+1)**(1/3)",
}
NAMES = ("Phi", "atan", "cos", "erf", "sigmoid", "sin", "tanh", "gelu", "silu", "softplus", *SAFE, "+", "+", "-", "*")


@st.composite
def formulas(draw, depth: int = 3) -> str:
    """A random formula that is analytic on the line and grows like a polynomial at most."""
    if not depth or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(("z", "z/2", "(2*z - 1)", "(z**2/4)", "(z + 1/3)", "1.5*z", "(-z)")))
    a, b = draw(formulas(depth - 1)), draw(formulas(depth - 1))
    name = draw(st.sampled_from(NAMES))
    if name in SAFE:
        return SAFE[name].format(f"({a})")
    return f"({a}) {name} ({b})" if name in "+-*" else f"{name}({a})"


def truth(text: str, z: object) -> mpmath.mpf:
    """The formula by mpmath's functions, read by Python itself, its numbers as mpmath's."""
    names = {**MP, "mpf": mpmath.mpf, "log": mpmath.log, "sqrt": mpmath.sqrt, "pi": mpmath.pi, "z": mpmath.mpf(z)}
    return eval(re.sub(r"[0-9]+[.]?[0-9]*", r"mpf('\g<0>')", text), names)


def holds(box: Enclosure, value: mpmath.mpf) -> bool:
    slack = abs(value) * mpmath.mpf(10) ** -40
    return mpmath.mpf(box.lo) <= value + slack and value - slack <= mpmath.mpf(box.hi)


numbers = st.fractions(-8, 8, max_denominator=16)


@given(formulas(), numbers)
def test_the_enclosure_holds_the_value_and_is_tight(text: str, z: Fraction):
    with mpmath.workdps(60):
        value = truth(text, mpmath.mpf(z.numerator) / z.denominator)
        box = analytic(text).at(z)
        assert holds(box, value)
        assert box.hi - box.lo <= 4e-16 * abs(value) + 1e-300


@given(formulas(), numbers)
def test_power_a_value_off_by_little_is_seen(text: str, z: Fraction):
    with mpmath.workdps(60):
        value = truth(text, mpmath.mpf(z.numerator) / z.denominator)
        assume(abs(value) > 1e-200)
        assert not holds(analytic(text).at(z), value * (1 + mpmath.mpf(10) ** -14))


@given(formulas(), numbers)
def test_the_slope_is_the_derivative(text: str, z: Fraction):
    with mpmath.workdps(60):
        x, h = mpmath.mpf(z.numerator) / z.denominator, mpmath.mpf(10) ** -20
        quotient = (truth(text, x + h) - truth(text, x - h)) / (2 * h)
        slope = analytic(text).slope(z)
        assert mpmath.mpf(slope.lo) - mpmath.mpf("1e-25") <= quotient <= mpmath.mpf(slope.hi) + mpmath.mpf("1e-25")


def unless_open(make: Callable[[], Formula]) -> Formula | None:
    """The formula; None if it is constant, or not proved to be analytic."""
    try:
        return make()
    except (DomainError, NotCertifiable) as error:
        if "is constant" in str(error) or "was not proved" in str(error):
            return None
        raise


def analytic(text: str) -> Formula:
    """A formula that is one."""
    found = unless_open(lambda: formula(text))
    assume(found is not None)
    assert found is not None
    return found


@given(formulas(), st.lists(st.floats(-50, 50), min_size=1, max_size=8))
@example("atan(z + log(z*z + 1))", [2.2e-311])
def test_floats_are_accurate(text: str, zs: list[float]):
    g = analytic(text)
    with mpmath.workdps(800):
        for z, y in zip(zs, g(zs).tolist(), strict=True):
            value = truth(text, z)
            assert abs(mpmath.mpf(y) - value) <= abs(value) * 2.0**-42 + mpmath.mpf(5e-324)


def test_power_floats_alone_would_not_be():
    with mpmath.workdps(60):
        value = truth("sin(z) - z", 1e-5)
        assert abs((math.sin(1e-5) - 1e-5) / value - 1) > 1e-12
        assert abs(formula("sin(z) - z")(1e-5) / value - 1) < 1e-15


def test_floats_have_shapes_limits_and_no_overflow():
    g = formula("exp(z)")
    assert g([[0.0, -INF], [INF, math.nan]]).tolist()[0] == [1.0, 0.0]
    assert (g(INF), g(800.0), g(-800.0), type(g(np.float32(0)))) == (INF, INF, 0.0, float)
    assert math.isnan(g(math.nan))
    assert math.isnan(formula("sin(z)")(INF))
    assert formula("atan(z)")(-INF) == -math.pi / 2


FAR = {
    **MP,
    "Phi": lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
    "arctan": mpmath.atan,
    "erfc": mpmath.erfc,
    "gelu": lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
    "gelu_tanh": lambda x: x / (1 + mpmath.exp(-2 * mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3))),
    "sech": mpmath.sech,
    "softplus": lambda x: max(x, 0) + mpmath.log1p(mpmath.exp(-abs(x))),
}


@pytest.mark.parametrize("name", FAR)
@pytest.mark.parametrize("z", [-1000, -60, -7.5, -1e-3, 0, 0.3, 7.5, 60, 1000])
def test_far_out_no_digit_is_lost(name: str, z: float):
    with mpmath.workdps(60), precision(160):
        value = FAR[name](mpmath.mpf(z))
        middle = mpmath.mpf(formula(f"{name}(z)").curve(arb(z)).str(40, radius=False))
        assert abs(middle - value) <= abs(value) * mpmath.mpf(10) ** -25


def test_arguments_of_any_size():
    for text in ("exp(z)", "sinh(z)", "softplus(-z)", "1/cosh(z)", "sigmoid(-z)", "gelu(-z/10**9)"):
        with precision(256):
            assert formula(text).curve(arb(10) ** 12).rel_accuracy_bits() > 50


# what is read

SAME = [
    ("z + 2*sin(z)", "2*sin(x) + x"),
    ("z*z - z + z", "t**2"),
    ("(z + 1)/2", "0.5*z + 1/2"),
    ("z^3", "z**3"),
    ("silu(z)", "z*sigmoid(z)"),
    ("E**z", "exp(z)"),
    ("sqrt(z**2 + 1)", "(1 + z*z)**0.5"),
    ("2**z", "exp(z*log(2))"),
    (sympy.sin(sympy.Symbol("y")) / 3, "sin(z)/3"),
    (sympy.sqrt(1 + sympy.Symbol("y") ** 2), "sqrt(1 + z**2)"),
    (sympy.exp(sympy.pi * sympy.Symbol("y")) + sympy.E, "exp(pi*z) + E"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_equal_formulas(a: object, b: object):
    assert formula(a) == formula(b)
    assert hash(formula(a)) == hash(formula(b))


def test_power_other_formulas_are_not_equal():
    assert formula("z + 2*sin(z)") != formula("z - 2*sin(z)")
    assert formula("z**2 + 1/10") != formula("z**2 + 0.10000000000000001")


def test_decimals_are_exact_and_floats_binary():
    z = sympy.Symbol("z")
    assert formula("z + 0.1").curve(arb(0)).contains(arb(1) / 10)
    assert formula(z + 0.1) == formula("z") + Fraction(0.1) != formula("z + 0.1")


@given(formulas())
def test_the_text_of_a_formula_is_the_formula(text: str):
    g = analytic(text)
    assert formula(str(g.expression)) == g


def test_a_formula_is_frozen_hashable_and_pickles():
    g = formula("z + 2*sin(z)")
    assert pickle.loads(pickle.dumps(g)) == g
    assert {g: 1}[formula("2*sin(z) + z")] == 1


@given(formulas(2), formulas(2), numbers)
def test_the_algebra(a: str, b: str, z: Fraction):
    f, g = analytic(a), analytic(b)
    with mpmath.workdps(60):
        x = mpmath.mpf(z.numerator) / z.denominator
        u, v = truth(a, x), truth(b, x)
        checks = [(lambda: f + g, u + v), (lambda: f - g, u - v), (lambda: f * g, u * v)]
        checks += [(lambda: f @ g, truth(a, v)), (lambda: 3 - f, 3 - u), (lambda: f * "1/3", u / 3)]
        checks += [(lambda: f @ affine(2, 1), truth(a, 2 * x + 1)), (lambda: affine(2, 1) @ f, 2 * u + 1)]
        for make, value in checks:
            made = unless_open(make)
            assert made is None or holds(made.at(z), value)


def test_other_maps_are_left_alone():
    for wrong in (lambda: formula("z**2") @ fold(), lambda: fold() + formula("z**2"), lambda: formula("z") @ 2):
        with pytest.raises(TypeError):
            wrong()


# refusals

z, a = sympy.symbols("z a")
REFUSED = [
    ("1/z", "1/z is not defined at z = 0"),
    ("log(z)", r"log\(z\) is not defined at z = 0"),
    ("sqrt(z)", r"sqrt\(z\) is not defined at z = -1"),
    ("z**(1/3)", r"not defined at z = -1"),
    ("sqrt(z**2)", r"not smooth at z = 0"),
    ("1/(z**2 - 2)", r"not defined near z = -1.414213562"),
    ("1/(z - 1/2)**2", r"not defined at z = 1/2"),
    ("z**z", r"log\(z\) is not defined at z = 0"),
    ("log(z + 3*sin(z))", "not defined at z = 0"),
    ("a*z", "free symbols a, z: a map of the line has one"),
    (a * z, "free symbols a, z"),
    ("tan(z)", "tan is not a function that is known here: .*tanh"),
    ("abs(z)", "abs has a kink.*lipbound.fold"),
    ("max(z, 1)", "max has a kink"),
    (sympy.Abs(z), "Abs has a kink"),
    (sympy.Max(z, 1), "Max has a kink"),
    (sympy.Piecewise((z, z > 0), (0, True)), "Piecewise has a kink"),
    ("3", r"3 is constant: use lipbound.affine\(0, value\)"),
    ("z - z", "0 is constant"),
    ("sqrt(-2)*z", "not defined"),
    ("I*z", "I is not a real number"),
    (sympy.I * z, "I is not a real number"),
    ("1/0", "division by zero"),
    ("z +", r"'z \+' is not a formula"),
    ("", "'' is not a formula"),
    ("z if z else 1", "is not part of a formula"),
    ("().__class__", "is not part of a formula"),
    ("z < 1", "is not part of a formula"),
    ("True", "is not part of a formula"),
    (None, "None is not a formula: give a string"),
    (2.5, "2.5 is not a formula"),
    ("sin", r"sin is a function, not a number: say of what, as in sin\(z\)"),
    ("1 + gelu", "gelu is a function"),
    ("Abs", "Abs is a function"),
]


@pytest.mark.parametrize(("source", "message"), REFUSED)
def test_refusals(source: object, message: str):
    with pytest.raises(DomainError, match=message):
        formula(source)


def test_what_is_open_is_called_open():
    with pytest.raises(NotCertifiable, match="was not proved"):
        formula("log(sin(z) + 1)")
