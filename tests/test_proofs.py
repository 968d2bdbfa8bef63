"""Every bound has a proof that ends at its formula, and every proof can fail."""

from __future__ import annotations

import ast
import dataclasses
import pkgutil
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

from lipbound.bound import Hypothesis, Parameter
from lipbound.bounds import ALL, exact_fit, gap_tv, two_modes
from lipbound.errors import DomainError, ProofError
from lipbound.proof import Proof, Step, reduced
from lipbound.symbols import BinaryKL, D, L, Phi, a, beta, x, y
from proofs import __main__ as command
from proofs import prove, written
from proofs.ledger import enter, page, run, section, table
from proofs.statements import THEORY, Paragraph, statements

FOLDER = Path(__file__).parents[1] / "proofs"
OTHERS = {"__init__", "__main__", "ledger", "lemmas", "statements"}
THEOREMS = [bound for bound in ALL if not bound.conjectured]
NAMES = [bound.name for bound in THEOREMS]


def test_every_bound_has_a_proof_file_of_its_name_and_every_file_a_bound():
    assert {path.stem for path in FOLDER.glob("*.py")} - OTHERS == set(NAMES)


class Hurried(Proof):
    """A proof whose checked steps are taken on trust, as the ledger has them, but for those of one claim."""

    tried = ""

    def same(self, claim: str, *rest: Any) -> None:
        self.take(super().same, claim, *rest)

    def positive(self, claim: str, *rest: Any) -> None:
        self.take(super().positive, claim, *rest)

    def nonnegative(self, claim: str, *rest: Any) -> None:
        self.take(super().nonnegative, claim, *rest)

    def holds(self, claim: str, *rest: Any) -> None:
        self.take(super().holds, claim, *rest)

    def take(self, check: Callable[..., None], claim: str, *rest: Any) -> None:
        if claim == self.tried:
            check(claim, *rest)
        else:
            self.steps.append(Step("checked", claim, "trust"))


def steps(name: str) -> Callable[[Proof], None]:
    """The function `prove` of a proof file."""
    return import_module(f"proofs.{name}").prove


@pytest.fixture(scope="module")
def ledger():
    """Every proof, run once."""
    return run()


@pytest.mark.parametrize("bound", THEOREMS, ids=NAMES)
def test_every_proof_ends_at_the_declared_formula(bound, ledger):
    entry = next(entry for entry in ledger if entry.bound is bound)
    assert (entry.wrong, entry.status) == ("", "proved")
    assert entry.proof.counts["checked"] >= 1
    again = Hurried(bound.name)
    steps(bound.name)(again)
    assert [step[:2] for step in again.steps] == [step[:2] for step in entry.proof.steps]  # a proof is a text


# name, what is written, what is put in its place, the step that no longer follows
MUTANTS = [
    ("gap_tv", "Quantile(p) + w)  #", "Quantile(p) + 2 * w)  #", "its mass grows"),
    ("gap_tv", "reach.subs(w, 0), p)", "reach.subs(w, 0), 2 * p)", "at w = 0"),
    ("gap_tv", "alpha - beta))", "alpha + beta))", "the declared formula"),
    ("gap_tv", "sp.Max(0, alpha - beta)", "alpha - beta", "the declared formula"),
    ("gap_kl", "u * (1 - beta) /", "u * (1 + beta) /", "odds' ratio"),
    ("gap_kl", 'Symbol("h", nonnegative=True)', 'Symbol("h", real=True)', "at least one"),
    ("gap_kl", "u, beta + h", "u, beta - h", "at least one"),
    ("gap_kl", "sp.Max(Phi(Quantile(p) + r / L) - p, beta)", "(Phi(Quantile(p) + r / L) - p)", "declared formula"),
    ("gap_kl", '"CoverThomas06"', '"Kuiper60"', "does not list Kuiper60"),
    ("gap_kl_reverse", "rate, (u - beta)", "rate, (beta - u)", "d kl(beta || u) / du"),
    ("gap_kl_reverse", 'Symbol("k", positive=True)', 'Symbol("k", real=True)', "the denominator"),
    ("gap_kl_reverse", "BinaryKL(beta, sp.Max(Phi(Quantile(p) + r / L) - p, beta))",
     "BinaryKL(sp.Max(Phi(Quantile(p) + r / L) - p, beta), beta)", "declared formula"),
    ("noisy_depth", "steep * w - sigma * u", "steep * w + sigma * u", "excess is a square"),
    ("noisy_depth", "total + sigma**2", "total + sigma", "one step more"),
    ("noisy_depth", "/ sp.sinh(kappa)", "/ sp.sinh(2 * kappa)", "one step more"),
    ("noisy_depth", "* sp.sqrt(1 + sig", "* (1 + sig", "the declared formula"),
    ("noisy_depth", "Lip f_k <= exp(kappa)", "Lip f_k <= kappa", "the proof supposes"),
    ("flow_budget", "K.diff(time) * r)", "K.diff(time))", "changes at the rate"),
    ("flow_budget", "sp.exp(kappa)", "1 + kappa", "the declared formula"),
    ("two_modes", "phi(s + x) - phi(x))", "phi(x) - phi(s + x))", "d cost / dx"),
    ("two_modes", "-s * (x + s / 2))\n", "-s * (x + s))\n", "log phi(s + x)"),
    ("two_modes", "-s / 2 - h", "-s / 2 + h", "left of -s/2"),
    ("two_modes", 'sp.Symbol("h", positive=True)', 'sp.Symbol("h", real=True)', "left of -s/2"),
    ("two_modes", "s, D / L", "s, D / (2 * L)", "the declared formula"),
    ("two_modes", "sp.Min(at_a, at_b)", "sp.Max(at_a, at_b)", "the declared formula"),
    ("one_valley", "(x + y) / 2 - z", "(x + y) - z", "whether it rises"),
    ("one_valley", '"w", positive=True', '"w", real=True', "left of the middle"),
    ("one_valley", "(1 - Phi((x - z) / L)).diff", "Phi((x - z) / L).diff", "gains as z rises"),
    ("one_valley", "mass.subs(z, e)) - beta", "mass.subs(z, e))", "the declared formula"),
    ("exact_fit", 'proof.suppose("g#N = nu")', "", "the proof supposes nothing"),
    ("exact_fit", "phi(Quantile(F)) / L)", "phi(Quantile(F)) * L)", "grows at the rate"),
    ("exact_fit", "Phi(-Quantile(F) + h / L)", "Phi(-Quantile(F) + 2 * h / L)", "from the left"),
    ("exact_fit", "    proof.qed(exact_fit, L * rate / f)", "", "qed is missing"),
    ("one_sided", "sp.Rational(33, 20)", "sp.Rational(8, 5)", "m <= 1: R(0)"),
    ("one_sided", "LEAST * density", "LEAST * density * sp.Rational(99, 100)", "fails for h in"),
    ("one_sided", "(sp.Rational(998, 1000), 1)", "(sp.Rational(1, 2), 1)", "h >= 12"),
    ("symmetric_fit", "sp.exp(-z) - 1 + z\n", "sp.exp(-z) - 1 + z - z**2 / 2\n", "for 1/8 <= z <= 2"),
    ("polynomial_rate", 'proof.suppose("33/20 s <= L")', "", "the proof supposes nu"),
    ("one_sided_apart", '"121/100", "23/20"', '"121/100", "1"', "R(m + d) <= L"),
    ("one_sided_apart", "3 s <= m", "2 s <= m", "the proof supposes"),
    ("shared_loss_apart", "(1, sp.Rational(7, 5))", "(1, sp.Rational(8, 5))", "h >= 1/15: phi(m'/L)/L >= f(m')"),
    ("shared_loss_apart", "<= 7/5 s", "<= 8/5 s", "the proof supposes"),
    ("shared_loss", "q * (2 + q)", "q * (q - 2)", "for m = 1/(1 + q)"),
    ("shared_loss", "2 * (Phi(y / L) -", "(Phi(y / L) -", "the declared formula"),
    ("shared_loss", "m <= 1 s", "m <= 2 s", "the proof supposes"),
    ("valley_rate", "- Phi(-y - m))\n    k", "- Phi(y - m))\n    k", "F(y) - F(-y)"),
    ("valley_rate", "phi(k) / k - Phi(-k)", "phi(k) / k**3 - Phi(-k) * k", "falls, to 0"),
    ("unbalanced_limit", "r * (m + d - r) / 2", "r * (m - r) / 2", "against |v|"),
    ("unbalanced_limit", "phi(Quantile(a))", "phi(Quantile(1 - a)) / 2", "the declared formula"),
    ("comb_above", '{m: ("6/5", "6/5")})\n    grown', '{m: ("1", "1")})\n    grown', "fails for m in"),
    ("comb_above", 'proof.suppose("6/5 s <= m")', "", "the proof supposes"),
    ("comb_below", "j, 1 + i", "j, i", "for j = 1 + i"),
    ("comb_limit", "size + far", "size - far", "m |v| - v^2/2"),
    ("affine_best", "1 / v**2 - 1 / (v + q) ** 2", "1 / v**2 - 1 / (v - q) ** 2", "if it is no narrower"),
    ("affine_best", "none of which is narrower", "all of which are narrower", "the proof supposes"),
    ("mostly_lipschitz", "L * (near + far) - L * near", "L * (near + far)", "each moves by at most"),
    ("mostly_lipschitz", "sp.Max(0, t - epsilon)", "t - epsilon", "the declared formula"),
    ("cells", '"CoverThomas06"', '"Kuiper60"', "does not list Kuiper60"),
    ("score_slope", "(u - w) / s**2", "(u - w) / s", "two scores differ"),
    ("score_slope", "R**2 / s**4 -", "R**2 / s**2 -", "the declared formula"),
    ("two_points", "(z + w) ** 2 / 2 - (z - w) ** 2 / 2", "(z - w) ** 2 / 2 - (z + w) ** 2 / 2", "log phi(z - w)"),
]  # fmt: skip


def mutated(name: str, old: str, new: str):
    """The function `prove` of a proof file in which `old`, which stands there, is replaced."""
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert old in source, f"{name} no longer says {old!r}: choose another mutant"
    space: dict = {}
    exec(compile(source.replace(old, new, 1), f"{name} mutated", "exec"), space)
    return space["prove"]


@pytest.mark.parametrize(("name", "old", "new", "said"), MUTANTS)
def test_power_a_mutated_proof_fails_with_one_sentence_that_names_the_step(
    name: str, old: str, new: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(f"proofs.{name}.prove", mutated(name, old, new))
    assert command.main([name]) == 1
    out = capsys.readouterr()
    assert "FAILED" in out.out
    assert out.err.startswith(name)
    assert out.err.count("\n") == 1
    assert said in out.err


class Weakened(ast.NodeTransformer):
    """The k-th checked step of a file, with one side off by one or the sign turned."""

    def __init__(self, k: int) -> None:
        self.left = k
        self.claim = ""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        kind = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if kind in ("same", "positive", "nonnegative", "holds"):
            if self.left == 0:
                change, at = "({}) + 1" if kind == "same" else "-1 - ({})", 1 if kind == "holds" else -1
                node.args[at] = ast.parse(change.format(ast.unparse(node.args[at])), mode="eval").body
                self.claim = ast.literal_eval(node.args[0])
            self.left -= 1
        return node


def weakened(name: str, k: int, function: str = "prove"):
    """The function `prove`, or another one, its k-th checked step made wrong, and what that step claims, if any."""
    change = Weakened(k)
    tree = change.visit(ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8")))
    space: dict = {}
    exec(compile(ast.fix_missing_locations(tree), f"{name} weakened", "exec"), space)
    return space[function], change.claim


@pytest.mark.parametrize("name", NAMES)
def test_power_every_checked_step_of_every_proof_can_fail(name: str):
    k = 0
    while (step := weakened(name, k))[1]:
        hurried = Hurried(name)
        hurried.tried = step[1]
        with pytest.raises(ProofError) as caught:
            step[0](hurried)
        assert f"({step[1]})" in str(caught.value)
        k += 1
    assert k >= 1


def test_power_every_checked_step_of_the_shared_lemmas_can_fail():
    u = sp.Symbol("u", positive=True)

    def shared(k: int) -> None:
        weakened("lemmas", k, "gap")[0](Proof("lemmas"), BinaryKL(u, beta), u)
        for lemma in ("equal_shares", "bending"):
            weakened("lemmas", k, lemma)[0](Proof("lemmas"))

    k = 0
    while claim := weakened("lemmas", k, "gap")[1]:
        with pytest.raises(ProofError, match=re.escape(f"({claim})")):
            shared(k)
        k += 1
    assert k >= 4
    shared(k)  # past the last one nothing is changed


@pytest.mark.parametrize("bound", THEOREMS, ids=NAMES)
def test_power_no_proof_ends_at_another_formula_or_under_other_hypotheses(bound, monkeypatch: pytest.MonkeyPatch):
    twice = dataclasses.replace(bound, formula=2 * bound.formula)
    other = dataclasses.replace(bound, hypotheses=(*bound.hypotheses, Hypothesis("the moon", lambda *_: None)))
    for changed, said in ((twice, "is declared"), (other, "the moon")):
        monkeypatch.setattr(f"proofs.{bound.name}.{bound.name}", changed)
        with pytest.raises(ProofError, match="the declared formula") as caught:
            steps(bound.name)(Hurried(bound.name))
        assert said in str(caught.value)


def test_power_the_six_first_proofs_have_mutants_of_their_own():
    assert {name for name, *_ in MUTANTS} >= {
        "gap_tv",
        "gap_kl",
        "gap_kl_reverse",
        "two_modes",
        "one_valley",
        "exact_fit",
    }


def statement(**changes):
    """gap_tv, declared otherwise."""
    return dataclasses.replace(gap_tv, **changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"formula": gap_tv.formula * 2}, "is declared"),
        ({"formula": gap_tv.formula.subs(L, 2 * L)}, "is declared"),
        ({"hypotheses": exact_fit.hypotheses}, "the proof supposes nothing, the statement g#N = nu"),
        ({"sources": ("Borell75",)}, "does not list SudakovTsirelson74"),
        ({"parameters": (Parameter(L, 0, 1, "closed at zero", closed="low"),)}, "takes L for positive"),
        ({"parameters": (Parameter(beta, -1, 1, "a signed mass"),)}, "takes beta for nonnegative"),
        ({"name": "gap_two"}, "this ends at gap_two, not at gap_tv"),
    ],
)
def test_power_a_statement_that_is_not_the_one_proved_is_refused(changes, said: str):
    proof = prove("gap_tv")
    proof.bound = None
    with pytest.raises(ProofError, match="gap_tv, step") as caught:
        proof.qed(statement(**changes), gap_tv.formula)
    assert said in str(caught.value)


def test_a_claim_over_a_box_is_checked_by_balls():
    proof = Proof("example")
    claim = Phi(x) + Phi(y) - Phi(x + y) - sp.Rational(1, 2)
    proof.holds("superadditive", claim, {x: ("1/4", 2), y: ("0.25", 2)})
    assert proof.steps[0].kind == "checked"
    assert int(proof.steps[0].by.split()[2]) > 4


@pytest.mark.parametrize(
    ("claim", "over", "said"),
    [
        (Phi(x) - sp.Rational(3, 4), {x: (0, 2)}, "fails for x in"),
        ((x - 1) ** 2 - sp.Rational(1, 100), {x: (0, 2)}, "fails for x in"),
        (Phi(x) - Phi(2 * x) / 2 - sp.Rational(1, 4), {x: (0, 1)}, "stays undecided for x in"),
        (Phi(x) + y, {x: (0, 1)}, "the box says nothing of y"),
        (x, {x: (2, 1)}, "that is no interval"),
        (sp.sin(x), {x: (0, 1)}, "no rule evaluates"),
    ],
)
def test_power_a_claim_over_a_box_can_fail(claim, over, said: str):
    with pytest.raises(ProofError, match=r"example, step 1 \(a claim\)") as caught:
        Proof("example").holds("a claim", claim, over, depth=9)
    assert said in str(caught.value)


def test_a_box_must_be_compact():
    with pytest.raises(DomainError, match="not a finite number"):
        Proof("example").holds("a claim", x, {x: (0, sp.oo)})


def test_boxes_go_to_an_executor_and_into_a_journal(tmp_path: Path):
    claim, over = Phi(x) - Phi(x / 2), {x: ("0.01", 3)}
    with ThreadPoolExecutor(2) as executor:
        proof = Proof("example", executor=executor, journals=tmp_path)
        proof.holds("a claim", claim, over)
    plain = Proof("example")
    plain.holds("a claim", claim, over)
    assert proof.steps == plain.steps
    assert (tmp_path / "example-1").exists()


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (lambda proof: proof.cite("a lemma"), "no source is cited"),
        (lambda proof: proof.positive("a sign", x), "does not find that x is positive"),
        (lambda proof: proof.nonnegative("a sign", -D), "does not find that -D is nonnegative"),
        (lambda proof: proof.same("an identity", sp.sqrt(x**2), x), "leaves"),
    ],
)
def test_power_a_step_that_does_not_follow_is_refused(step, said: str):
    with pytest.raises(ProofError, match="example, step 1") as caught:
        step(Proof("example"))
    assert said in str(caught.value)


def test_nothing_comes_after_the_end():
    with pytest.raises(ProofError, match="qed comes last"):
        prove("gap_tv").argue("and another thing")


def unfounded(rows: Sequence[Paragraph]) -> list[str]:
    """What a table of paragraphs says that is not so: unknown bounds and places, empty rows, bounds left out."""
    names = {bound.name for bound in ALL}
    wrong = [f"{p.key}: {name}" for p in rows for name in p.bounds if name not in names]
    wrong += [f"{p.key} says neither what declares it nor why nothing does" for p in rows if not (p.bounds or p.else_)]
    for p in rows:
        for place in re.findall(r"`(lipbound[\w.]*)`", p.else_):
            try:
                pkgutil.resolve_name(place)
            except (ImportError, AttributeError):
                wrong.append(f"{p.key}: {place}")
    return wrong + sorted(names - {name for p in rows for name in p.bounds})


def test_every_paragraph_of_the_theory_is_declared_or_says_why_not_and_every_bound_has_one():
    assert unfounded(THEORY) == []
    assert len({p.key for p in THEORY}) == len(THEORY)
    assert "| F4 | L below all widths | `affine_best` |  |" in statements()


def test_power_a_table_of_statements_that_are_not_there_is_reported():
    wrong = [
        Paragraph("X1", "nothing", ("gap",)),
        Paragraph("X2", "nothing"),
        Paragraph("X3", "", (), "`lipbound.gap`"),
    ]
    found = unfounded([*THEORY[1:], *wrong])
    assert found == ["X1: gap", "X2 says neither what declares it nor why nothing does", "X3: lipbound.gap"]
    assert unfounded([p for p in THEORY if p.key != "F4"]) == ["affine_best"]


def test_a_bound_without_a_proof_is_called_assumed():
    entry = enter(statement(name="unwritten"))
    assert not written("unwritten")
    assert entry.status == "assumed"
    assert "No proof is written" in section(entry)[-1]
    assert "assumed" in table([entry])


def test_an_unknown_name_is_refused():
    with pytest.raises(DomainError, match="no bound is called 'gap'"):
        run(["gap"])


def test_a_difference_is_reduced_only_by_what_is_true():
    assert reduced(Phi(-x) + Phi(x) - 1) == 0
    assert reduced(sp.log(a * D) - sp.log(a) - sp.log(D)) == 0
    assert reduced(Phi(x) - Phi(y)) != 0
    low = sp.Symbol("low", nonpositive=True)
    assert reduced(sp.sqrt(low**2) + low) == 0  # tried where low may be
    assert reduced(sp.Function("f")(x) - sp.Function("f")(x) * (sp.cosh(x) ** 2 - sp.sinh(x) ** 2)) == 0


def test_the_page_is_fresh(ledger):
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == page(ledger)


def test_power_a_stale_page_is_reported(
    ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    stale = tmp_path / "README.md"
    stale.write_text(
        (FOLDER / "README.md").read_text(encoding="utf-8").replace("proved", "assumed", 1), encoding="utf-8"
    )
    monkeypatch.setattr(command, "README", stale)
    monkeypatch.setattr(command, "run", lambda names, **how: ledger)  # the proofs are not what is tried here
    assert command.main(["--check"]) == 1
    assert capsys.readouterr().err == "proofs/README.md is stale: run python -m proofs --write\n"
    assert command.main(["--write"]) == 0
    assert command.main(["--check"]) == 0


def test_hypotheses_are_matched_by_their_words():
    other = dataclasses.replace(exact_fit, hypotheses=(Hypothesis("g#N = mu", lambda *_: None),))
    proof = prove("exact_fit")
    proof.bound = None
    with pytest.raises(ProofError, match="supposes g#N = nu, the statement g#N = mu"):
        proof.qed(other, other.formula)
    assert two_modes.hypotheses == ()
