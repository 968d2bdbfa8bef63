"""Proof of `one_sided`: whichever arc the image follows over the valley, none is cheaper than the one tangent to nu."""

import sympy as sp

from lipbound.bounds import one_sided
from lipbound.proof import Proof
from lipbound.symbols import L, Phi, Quantile, m, phi, s, x, y
from proofs.lemmas import isoperimetry, two_bells

HALF = sp.Rational(1, 2)
LEAST = sp.Rational(33, 20)


def prove(proof: Proof) -> None:
    """In units of s. F, f belong to nu, u = Quantile(F), R = 1/u' = phi(u)/f, q = -(log f)'; a < 0 has R(a) = L."""
    proof.suppose("nu = 1/2 N(-m, s^2) + 1/2 N(m, s^2), up to a shift")
    proof.suppose("33/20 s <= L")
    opening(proof)
    arcs(proof)
    promise(proof)
    proof.argue(
        "|a_z| <= |a|; f is even and rises on (0, m'), m' its mode: V' >= 0 if |a| <= m', that is if L >= R(m')"
    )
    proof.argue("then C(z) >= V(z) >= V(c), the promise at (a, b), and that is at least the promise at every (x, y)")
    steep_enough(proof)
    proof.qed(one_sided, formula())


def opening(proof: Proof) -> None:
    """The case where nothing is promised, and the arc tangent to nu in the others."""
    isoperimetry(proof)
    proof.argue(
        "R is even and falls from R(0) = exp(m^2/2) to 1: `symmetric_fit`; if L >= R(0), u(y) >= u(x) + (y - x)/L"
    )
    proof.argue(
        "and nothing is promised; so let L < R(0). Then 1/R - 1/L, the slope of u(x) - x/L, changes sign at a and -a"
    )
    proof.argue(
        "so the promise at (x, y) is at most that at (a, y), or not positive: c = a - L u(a) is the arc's centre"
    )


def formula() -> sp.Expr:
    """What the statement promises."""
    ends = (
        Phi(Quantile((Phi((x + m) / s) + Phi((x - m) / s)) * HALF) + (y - x) / L),
        (Phi((y + m) / s) + Phi((y - m) / s)) * HALF,
    )
    return sp.Max(0, ends[0] - ends[1])


def arcs(proof: Proof) -> None:
    """chi = log of the density of N(z, L^2) over f, for centres c <= z <= 0: where it is positive around the middle."""
    at, z = sp.Symbol("at", real=True), sp.Symbol("z", real=True)
    f = two_bells(at)
    chi = -((at - z) ** 2) / (2 * L**2) - sp.log(f)
    slope = 1 - m**2 / sp.cosh(m * at) ** 2
    proof.same("chi'' = q' - 1/L^2", (chi.diff(at, 2) - slope + 1 / L**2).rewrite(sp.exp), 0)
    w, gain = sp.symbols("w gain", nonnegative=True)  # m^2, and exp(m^2) - 1
    proof.same("how exp(-w) - 1 + w grows from 0 at w = 0", (sp.exp(-w) - 1 + w).diff(w), 1 - sp.exp(-w))
    proof.nonnegative("never falling, for exp(w) = 1 + gain", 1 - 1 / (1 + gain))
    proof.argue(
        "q' is even, on x > 0 it rises from 1 - m^2 <= exp(-m^2) = R(0)^-2 < L^-2 to 1 > L^-2: chi' falls, then rises"
    )
    proof.same("chi' at the middle", chi.diff(at).subs(at, 0), z / L**2)
    place, back = sp.symbols("place back", positive=True)
    proof.argue("it is <= 0: on x > 0 chi falls, then rises; on x < 0, from the left, it falls, rises and falls again")
    u = sp.Function("u")(at)
    ratio = sp.log(phi(u) / f).diff(at)
    proof.same("(log R)' = q - u u'", ratio, -sp.log(f).diff(at) - u * u.diff(at))
    proof.argue("at z = c, x = a: chi = 0 and chi' = q - u u' = (log R)' > 0, so chi > 0 on (a, 0] if it is so at 0")
    middle(proof)
    proof.argue("chi of centre 0 is even, and not positive everywhere, for both densities have mass one: b_0 exists")
    proof.nonnegative("on x > 0 chi rises with z", chi.diff(z).subs({at: place, z: -back}))
    proof.argue("so for z <= 0 it has a zero b_z too, at most b_0")
    proof.argue(
        "so it is: the promise at (a, y) grows with y up to 0, and on to the first zero b > 0 of chi, which there is:"
    )
    proof.argue("beyond b it falls and then, chi growing, rises to its limit 0 at infinity: it is greatest at b")
    proof.argue(
        "and then so at 0 for c <= z <= 0: chi > 0 on (a_z, b_z), around 0 with a_z >= a, as chi falls in z left of z"
    )


def middle(proof: Proof) -> None:
    """chi(0) > 0 at z = c: twice it is drop = 2 log(R(0)/R(a)) - e^2, e = |a|/R(a) - |u(a)|, for every a < 0."""
    t = sp.Symbol("t", real=True)  # the place, negative
    R, u = sp.Function("R")(t), sp.Function("u")(t)
    e = -t / R + u
    fall = e.diff(t).subs(u.diff(t), 1 / R)
    proof.same("e' = t R'/R^2", fall, t * R.diff(t) / R**2)
    drop = (-2 * sp.log(R) - e**2).diff(t).subs(u.diff(t), 1 / R)
    P = -e * t / R
    proof.same("drop' = -2 (R'/R) (1 - P), P = e |t|/R", drop, -2 * R.diff(t) / R * (1 - P))
    change = P.diff(t).subs(u.diff(t), 1 / R)
    tau = -t / R
    bracket = (2 * tau + u) * (1 - t * R.diff(t) / R) - tau
    proof.same("P' = -bracket/R", change, -bracket / R)
    over, fast = sp.Symbol("over", nonnegative=True), sp.Symbol("fast", positive=True)  # e, -|t| R'/R
    size = sp.Symbol("size", positive=True)  # tau = |t|/R
    proof.nonnegative("the bracket, for e >= 0 and R' of the sign of |t|", (size + over) * (1 + fast) - size)
    proof.argue("e falls to e(0) = 0, and t R' < 0: so P falls to 0, and drop rises, then falls")
    proof.argue(
        "drop(0) = 0; at -inf u = t + m + O(1/t) and R = 1 + O(1/t^2), so drop -> m^2 - m^2 = 0: drop > 0 between"
    )


def promise(proof: Proof) -> None:
    """C(z) = the greatest of N(z, L^2)(a', b') - nu(a', b') over a' <= 0 <= b': TV >= C(z) for some z, `one_valley`."""
    at, z = sp.Symbol("at", positive=True), sp.Symbol("z", nonpositive=True)
    proof.argue("TV >= min over z of C(z), by `one_valley` with all windows around 0; C is even: let z <= 0")
    proof.argue(
        "z <= c: the window (-inf, b] has at least the mass that it has at z = c: C(z) >= the promise at (a, b)"
    )
    proof.argue(
        "c <= z <= 0: C(z) >= V(z), what the window (a_z, b_z) gives; V(c) is the promise at (a, b), as a_c = a"
    )
    moved(proof)
    gap = ((at - z) ** 2 - (-at - z) ** 2) / (2 * L**2)
    proof.nonnegative("chi(-x) - chi(x) for x > 0", gap)
    proof.argue("so chi > 0 on (-b_z, 0): b_z <= |a_z|")


def moved(proof: Proof) -> None:
    """How what the window between the zeros of chi gives changes with the centre."""
    z = sp.Symbol("z", real=True)
    A, B = sp.Function("A")(z), sp.Function("B")(z)
    arc = Phi((B - z) / L) - Phi((A - z) / L)
    f = [two_bells(end) * end.diff(z) for end in (A, B)]
    level = [phi((end - z) / L) / L for end in (A, B)]
    change = arc.diff(z) - (f[1] - f[0])
    at_zeros = level[1] * (B.diff(z) - 1) - level[0] * (A.diff(z) - 1) - (level[1] * B.diff(z) - level[0] * A.diff(z))
    proof.same("V' as it stands", change, at_zeros + (level[1] * B.diff(z) - level[0] * A.diff(z)) - (f[1] - f[0]))
    proof.same("where both densities agree, to move the ends costs nothing", at_zeros, level[0] - level[1])
    proof.argue("so V' = f(a_z) - f(b_z)")


def steep_enough(proof: Proof) -> None:
    """R(m') <= 33/20 for the mode m' = m tanh(h), m^2 = h / tanh(h) > 1; without a valley, m <= 1, R(0) <= 33/20."""
    h, lag, q = sp.Symbol("h", positive=True), sp.Symbol("lag", nonnegative=True), sp.Symbol("q", positive=True)
    square = h / sp.tanh(h)
    proof.same("m' = m tanh(m m')", (h * sp.tanh(h)) ** HALF, square**HALF * sp.tanh(h))
    proof.holds("m <= 1: R(0) = exp(m^2/2) <= 33/20", LEAST - sp.exp(q), {q: (0, HALF)})
    rise = (sp.sinh(2 * h) / 2 - h).diff(h)
    proof.same("m^2 grows with h", square.diff(h) * sp.sinh(h) ** 2, sp.sinh(h) * sp.cosh(h) - h)
    proof.nonnegative(
        "as sinh(2h)/2 - h does, from zero",
        rise.rewrite(sp.exp).subs(sp.exp(2 * h), 1 + q).subs(sp.exp(-2 * h), 1 / (1 + q)),
    )
    small = sp.Rational(1, 15)
    proof.holds("h <= 1/15: R(m') <= R(0) <= 33/20", LEAST - sp.exp(square / 2), {h: (small, small)})
    proof.same(
        "lag = m - m' = m (1 - tanh h)", (1 - sp.tanh(h)).rewrite(sp.exp), (2 / (sp.exp(2 * h) + 1)).rewrite(sp.exp)
    )
    proof.positive("that is less than 2 m exp(-2 h)", sp.factor(2 / q - 2 / (q + 1)))
    proof.holds("m^2 = h / tanh h <= h^2 at h = 12, and beyond", h * sp.tanh(h) - 1, {h: (12, 12)})
    proof.argue("h >= 12: lag <= 2 h exp(-2 h), less than 1/1000; m + m' > 3, for m^2 >= h; f >= phi(lag)/2")
    proof.holds(
        "2 h exp(-2 h) at h = 12, beyond which it falls", sp.Rational(1, 1000) - 2 * h * sp.exp(-2 * h), {h: (12, 12)}
    )
    proof.holds("Phi(m + m') at least", Phi(q) - sp.Rational(998, 1000), {q: (3, 3)})
    far = LEAST * phi(lag) * HALF - phi(Quantile((Phi(-lag) + q) * HALF))
    proof.holds("h >= 12: R(m') <= 33/20", far, {lag: (0, sp.Rational(1, 1000)), q: (sp.Rational(998, 1000), 1)})
    mode, half = (h * sp.tanh(h)) ** HALF, square**HALF
    level = (Phi(mode - half) + Phi(mode + half)) * HALF
    density = (phi(mode - half) + phi(mode + half)) * HALF
    proof.holds("1/15 <= h <= 12: R(m') <= 33/20", LEAST * density - phi(Quantile(level)), {h: (small, 12)})
