"""The figures: stored numbers, claims that can fail, files that repeat byte for byte, a page that needs no network."""

from __future__ import annotations

import copy
import doctest
import json

import numpy as np
import pytest

from figures import check, gallery, record, style

NAMES = record.NAMES
DOCUMENTED = ("archive", "check", "measured", "record", "sandwich", "scores", "statements")


@pytest.mark.parametrize("name", record.STORED)
def test_the_manifest_knows_the_stored_numbers(name):
    line, figure = record.manifest()[name], record.module(name)
    assert line["data"] == record.stored(name)
    assert line["parameters"] == figure.PARAMETERS
    assert line["key"] == record.key(figure), f"run python -m figures {name}"


@pytest.mark.parametrize("name", NAMES)
def test_claims_hold_and_words_are_made(name):
    figure, data = record.module(name), record.kept(name)
    claims = figure.claims(data)
    assert claims
    assert all(claims.values()), claims
    assert figure.says(data).endswith(".")
    assert all(figure.verdict(data))


def each(name, **values):
    """All dots, or panels, of a figure with these values."""

    def spoil(data):
        for row in data[name]:
            row.update(values)

    return spoil


def put(path, value):
    def spoil(data):
        *inner, last = path
        for step in inner:
            data = data[step]
        data[last] = value

    return spoil


SPOILT = (
    ("slopes", put(("dots", -1, "slope"), 1e30)),
    ("slopes", put(("needed", 5), 19.0)),
    ("gap", put(("dots", 3, "gap"), 0.0)),
    ("misled", put(("dots", 0, "lipschitz_grid"), 1e3)),
    ("misled", each("dots", false=False)),
    ("densities", put(("panels", 2, "first", 160), 0.0)),
    ("densities", put(("panels", 1, "tv"), [1.0])),
    ("penalty", each("dots", tv=0.0)),
    ("penalty", put(("frontier", 7), 1.0)),
    ("depth", each("plain", tv=0.0)),
    ("promised", put(("dots", 3, "tv"), 0.0)),
    ("promised", put(("dots", 3, "kl"), 0.0)),
    ("split", put(("dots", 50, "tv"), 0.0)),
    ("split", put(("curves", "5", 4, 1), 1.0)),
    ("noise", each("noisy", step=6.0)),
    ("noise", each("noisy", error=1e-3)),
    ("noise", each("noisy", needs=1.0)),
    ("sandwich", put(("floor", 9), 0.9)),
    ("sandwich", put(("clipped", 9), 0.0)),
    ("sandwich", put(("ode",), 89.0)),
    ("convergence", put(("reverse", 0, "floor"), 0.5)),
    ("convergence", put(("exact", 2, "tv"), [1e-3, 1e-3])),
    ("convergence", put(("reverse", 7, "kl_reversed"), [1e-6, 1e-6])),
    ("convergence", put(("langevin", "2", 3, "tv"), [0.009, 0.009])),
    ("convergence", put(("flow", 6, "floor"), 0.0)),
    ("convergence", put(("annealed", "5", 2, "kl"), [0.01, 0.01])),
    ("composed", put(("chains", "3", 0, "floor"), 0.5)),
    ("composed", put(("chains", "2", 8, "composed"), [19.4, 19.4])),
    ("composed", put(("chains", "3", 8, "composed"), [80.0, 80.0])),
    ("composed", put(("chains", "3", 8, "step"), 2.0)),
    ("composed", put(("chains", "2", 4, "needs"), 12.0)),
    ("composed", put(("flows", "3", 5, "slope"), [95.0, 95.0])),
    ("composed", put(("annealed", 4, "tv"), [0.08, 0.08])),
    ("optimal", put(("panels", 2, "tv", 0), 0.165)),
    ("optimal", put(("panels", 1, "left"), 0.5)),
    ("shapes", put(("panels", 0, "atoms", 0, 1), 0.15)),
    ("shapes", put(("panels", 3, "total"), 0.99)),
    ("digits", put(("dkw", 9), 0.9)),
    ("digits", put(("masses", 0), 0.9)),
    ("latents", put(("odd", "logistic", 40), 0.9)),
    ("latents", put(("least", "0", 0), 0.6)),
    ("latents", put(("least", "3", 5), 1e-3)),
    ("latents", put(("attained", 2), False)),
    ("stages", put(("rows", 2, "prior"), 22.5)),
    ("stages", put(("rows", 0, "decoder"), 8.6)),
    ("stages", put(("plain",), 0.1)),
    ("vanishing", put(("speeds", "SGAN", 3), 0.2)),
    ("vanishing", put(("speeds", "KL", 27), 0.2)),
    ("vanishing", put(("weights", "labels −1, 1, wanted 0", 40), 0.1)),
    ("blind", put(("rows", 10, "fisher"), 2.4e-8)),
    ("blind", put(("rows", 10, "flow"), 0.031)),
    ("blind", put(("moved", 0, "tv"), 1e-3)),
    ("guided", put(("panels", 1, "curves", "Langevin", -1, 1), 0.4)),
    ("guided", put(("panels", 1, "curves", "guided, cooled", -1, 1), 0.3)),
    ("guided", put(("panels", 0, "curves", "guided, heat 0.03", -1, 1), 0.05)),
    ("marginals", each("rows", posterior_gap=1e-6)),
    ("marginals", each("rows", latent_kl=0.0)),
    ("marginals", put(("rows", 3, "objective"), 0.7)),
    ("variations", put(("games", "KL", "off"), 1e-6)),
    ("variations", put(("printed",), -0.238)),
    ("variations", put(("fourier", 7), 0.0076)),
    ("variations", put(("kernels", 1), 1e-9)),
    ("settling", put(("slopes", "3", 5, "flow"), 8.5)),
    ("settling", put(("linear", "score", 3), 4.2)),
    ("settling", put(("gaps", 8, "gap"), 1.1e-5)),
    ("settling", put(("left", 2), 0.5)),
    ("optima", put(("families", "free", 2, "curvature"), -1e-3)),
    ("optima", put(("families", "constant", 4, "latent_kl"), 0.01)),
    ("optima", put(("families", "free", 4, "lipschitz"), 3e5)),
    ("optima", put(("capped", 1, "mean_tv"), 0.3)),
    ("optima", put(("squared", "latent_kl"), 0.065)),
    ("coders", put(("rows", 3, "latent_tv"), 0.001)),
    ("coders", put(("rows", 0, "sampled_tv"), 0.03)),
    ("coders", put(("rows", 1, "latent_kl"), 0.2)),
    ("coders", put(("rows", 9, "needs"), 6.0)),
    ("coders", put(("rows", 10, "prior_needs"), 19.0)),
    ("coders", put(("rows", 11, "reconstructed_tv"), 0.3)),
    ("ratios", put(("shares", "logits to ±5", 9), 0.11)),
    ("ratios", put(("modes", 4, "quartic"), 0.93)),
    ("ratios", put(("modes", 2, "bound"), 0.5)),
    ("ratios", put(("apart", "1000", 3), 0.9)),
)


@pytest.mark.parametrize(("name", "spoil"), SPOILT, ids=[f"{name}-{k}" for k, (name, _) in enumerate(SPOILT)])
def test_power_a_claim_fails_on_spoilt_numbers(name, spoil):
    data = copy.deepcopy(record.kept(name))
    spoil(data)
    assert not all(record.module(name).claims(data).values())


def test_every_figure_is_spoilt():
    assert {name for name, _ in SPOILT} == set(NAMES)


@pytest.mark.parametrize("name", ["gap", "promised", "shapes", "digits"])
def test_working_out_again_gives_the_same(name):
    assert not list(check.differences(record.kept(name), record.made(name)))


def test_power_differences_are_seen():
    data = record.kept("digits")
    other = copy.deepcopy(data)
    other["dkw"][3] += 1e-5
    (line,) = check.differences(data, other)
    assert line.startswith(".dkw.3")
    assert list(check.differences(data, {**data, "more": 1}))


def test_the_check_sees_an_altered_store(monkeypatch, tmp_path):
    for name in record.STORED:
        (tmp_path / f"{name}.json").write_bytes((record.KEPT / f"{name}.json").read_bytes())
    numbers = json.loads((tmp_path / "digits.json").read_text())
    numbers["dkw"][0] = 0.9
    (tmp_path / "digits.json").write_text(record.text(numbers))
    monkeypatch.setattr(record, "KEPT", tmp_path)
    monkeypatch.setattr(check, "made", record.kept)  # nothing is worked out again
    monkeypatch.setattr(record.module("sampled"), "again", lambda data, quick: iter(()))
    assert check.complaints(quick=True) == ["digits: data/digits.json is not what the manifest says"]


def test_a_key_follows_parameters_and_sources(monkeypatch):
    figure = record.module("split")
    before = record.key(figure)
    monkeypatch.setattr(figure, "PARAMETERS", {**figure.PARAMETERS, "m": [2]})
    assert record.key(figure) != before
    monkeypatch.undo()
    monkeypatch.setattr(record.module("measured"), "PARAMETERS", {})  # what split uses
    assert record.key(figure) != before


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_picture_is_the_same_bytes_twice(kind, tmp_path):
    from matplotlib import rcParams

    figure, data = record.module("penalty"), record.kept("penalty")
    style.picture(figure, data, tmp_path / "a", (kind,))
    rcParams["lines.linewidth"] = 5  # what a user set before
    style.picture(figure, data, tmp_path / "b", (kind,))
    first, second = ((tmp_path / folder / f"penalty.{kind}").read_bytes() for folder in "ab")
    assert first == second
    data["frontier"][0] = 0.9
    style.picture(figure, data, tmp_path / "c", (kind,))
    assert (tmp_path / "c" / f"penalty.{kind}").read_bytes() != first


def test_the_page_needs_no_network(tmp_path):
    page = gallery.write(tmp_path).read_text()
    assert all(f'id="{name}"' in page for name in NAMES)
    assert page.count("<svg") == sum(len(record.module(name).BOUNDS) for name in NAMES)
    for mark in ('src="http', 'href="http', "url(http", "<script", "@import"):
        assert mark not in page
    assert "<metadata>" not in page  # dates


def test_every_bound_has_a_formula_that_can_be_drawn():
    from lipbound import bounds

    with pytest.raises(ValueError, match="Unknown symbol"):
        gallery.formula(type("Other", (), {"latex": lambda self: r"\nosuchletter", "name": "other"})())
    for name in NAMES:
        assert set(record.module(name).BOUNDS) <= set(bounds.ALL) or name == "none"
    assert gallery.formula(bounds.gap_kl).startswith("<svg")


def test_the_table_is_up_to_date():
    assert (record.ROOM / "README.md").read_text() == gallery.table()


@pytest.mark.parametrize("name", DOCUMENTED)
def test_examples(name):
    found = doctest.testmod(record.module(name))
    assert found.attempted
    assert not found.failed


def test_numbers_are_json_without_holes():
    assert record.rounded({"a": np.array([np.inf, 1 / 3])}) == {"a": [None, 0.3333333333]}
    assert record.text({"b": 1, "a": [0.5]}) == '{"a":[0.5],"b":1}\n'
    with pytest.raises(ValueError, match="JSON"):
        record.text({"a": float("nan")})
