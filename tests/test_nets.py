"""Networks: the exact pieces against the forward pass in rational arithmetic, files, and refusals."""

from __future__ import annotations

import json
import pickle
import random
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lipbound.errors import DomainError
from lipbound.maps import Branch, Network, clamp

SLOPES = ("1/5", "0.01", 0, 1, -1, 2)


def inner(row: Branch, rng: random.Random) -> Fraction:
    """A rational strictly inside the piece."""
    share = Fraction(rng.randint(1, 10**6 - 1), 10**6)
    if isinstance(row.start, Fraction) and isinstance(row.stop, Fraction):
        return row.start + share * (row.stop - row.start)
    if isinstance(row.start, Fraction):
        return row.start + share / (1 - share)
    return row.stop - share / (1 - share) if isinstance(row.stop, Fraction) else 20 * share - 10


def disagreements(net: Network, rows: tuple[Branch, ...], most: int = 10**9) -> int:
    """At how many ends and inner points (two of each piece) `rows` is not the forward pass: exact equality.

    Agreement at both ends and at one inner point proves a piece only if the network is affine there; that no
    knot is missing is what the random points are for. With more than `most` pieces only some are looked at.
    """
    rng = random.Random(len(rows))
    seen = rows if len(rows) <= most else [rows[0], *rng.sample(rows[1:-1], most), rows[-1]]
    wrong = 0
    for row in seen:
        # for an infinite end a place far out, beyond a knot that may be missing there
        far = 10**9 * (1 + max([abs(z) for z in row[:2] if isinstance(z, Fraction)], default=Fraction(0)))
        ends = [z if isinstance(z, Fraction) else far if z > 0 else -far for z in row[:2]]
        wrong += sum(net.forward(z) != row.at(z) for z in [*ends, inner(row, rng), inner(row, rng)])
    return wrong


def is_minimal(rows: tuple[Branch, ...]) -> bool:
    """Do the rows tile the line, with a kink at each of their joints?"""
    joints = all(a.start < a.stop == b.start and a.slope != b.slope for a, b in pairwise(rows))
    return joints and rows[0].start == -np.inf and rows[-1].stop == np.inf


@st.composite
def networks(draw, entries, width=4, depth=4):
    sizes = [1, *draw(st.lists(st.integers(1, width), max_size=depth - 1)), 1]
    layers = [
        tuple(
            np.array(draw(st.lists(entries, min_size=k, max_size=k)), float).reshape(shape)
            for shape, k in (((b, a), a * b), ((b,), b))
        )
        for a, b in pairwise(sizes)
    ]
    return Network(layers, "leaky_relu", draw(st.sampled_from(SLOPES)))


def gaussian_network(sizes: list[int], seed: int, slope: object = "1/5", dtype: type = np.float32) -> Network:
    """Weights as PyTorch starts them: normal here, of variance 2 / fan-in."""
    rng = np.random.default_rng(seed)
    layers = [
        ((rng.normal(size=(b, a)) * (2 / a) ** 0.5).astype(dtype), rng.normal(size=b).astype(dtype))
        for a, b in pairwise(sizes)
    ]
    return Network(layers, negative_slope=slope)


# zeros and equal weights: dead units, units that vanish together, kinks that cancel
ties = st.sampled_from([0, 0, 0, 1, 1, -1, -1, 2, 0.5])
# twelve orders of magnitude cost nothing; these leave the range of floats within two layers
extreme = st.sampled_from([0.0, 1.0, -1.0, 1e300, -1e300, 1e-300, 5e-324, -5e-324, 1.7e308, 2.0**-1022, 3.0])


@given(networks(ties))
@example(Network([([[0]], [0]), ([[0]], [0]), ([[0]], [0])]))
@example(Network([([[1], [1], [-1]], [0, 0, 0]), ([[1, 1, 1], [1, -1, 0]], [0, 0]), ([[1, -1]], [0])], "relu"))
def test_pieces_are_the_forward_pass_with_ties(net):
    rows = net.branches()
    assert is_minimal(rows)
    assert disagreements(net, rows) == 0


@given(networks(extreme, width=3, depth=3))
def test_pieces_are_the_forward_pass_with_extreme_weights(net):
    rows = net.branches()
    assert is_minimal(rows)
    assert disagreements(net, rows) == 0


@given(st.integers(0, 2**32), st.sampled_from(SLOPES))
def test_pieces_are_the_forward_pass_of_random_networks(seed, slope):
    net = gaussian_network([1, 16, 16, 1], seed, slope)
    assert disagreements(net, net.branches()) == 0
    assert net.lipschitz() == max(abs(row.slope) for row in net.branches())


def test_pieces_are_the_forward_pass_at_full_size():
    net = gaussian_network([1, 128, 256, 1], seed=0)
    rows = net.branches()
    assert len(rows) > 200
    assert is_minimal(rows)
    assert disagreements(net, rows, most=150) == 0


@pytest.mark.parametrize("sizes", [[1, 8, 8, 8, 8, 1], [1, 5, 40, 3, 20, 6, 1], [1, 400, 1], [1, 1]])
def test_depth_and_width(sizes):
    net = gaussian_network(sizes, seed=1, dtype=np.float64)
    assert disagreements(net, net.branches(), most=60) == 0


def test_working_on_few_pieces_at_a_time_changes_nothing(monkeypatch):
    sizes = [1, 9, 7, 5, 1]
    whole = gaussian_network(sizes, seed=2).branches()
    monkeypatch.setattr("lipbound.maps.nets.ENTRIES", 20)  # two pieces of ten units
    assert gaussian_network(sizes, seed=2).branches() == whole


def test_many_knots_close_together_stay_apart():
    # kinks at 1 and 1 + 2^-52, then at 1 + 2^-53: nothing a float could tell apart
    net = Network([([[1], [1]], [-1, -1 - 2.0**-52]), ([[1, 1]], [-(2.0**-53)]), ([[1]], [0])], "relu")
    assert [row.start for row in net.branches()[1:]] == [1 + Fraction(1, 2**53), 1 + Fraction(1, 2**52)]
    assert disagreements(net, net.branches()) == 0


@pytest.mark.parametrize("shift", [1e-30, 2.0**-1074])
def test_a_tie_is_told_from_a_near_tie(shift):
    tie = Network([([[1], [1]], [0, 0]), ([[1, -1]], [0]), ([[1]], [0])], "relu")
    near = Network([([[1], [1]], [0, shift]), ([[-1, 1]], [0]), ([[1]], [0])], "relu")
    assert tie.branches() == (Branch(-np.inf, np.inf, Fraction(0), Fraction(0)),)
    assert [row.slope for row in near.branches()] == [0, 1, 0]
    assert disagreements(near, near.branches()) == 0


@given(st.integers(1, 50), st.integers(1, 50), st.floats(1, 2), st.integers(-2, 2))
@example(1, 47, 1.3, 0)
def test_signs_are_right_where_floats_round_wrongly(p, q, slope, steps):
    # a kink of the second layer a few units in the last place away from the knot p / q of the first
    shift = slope * p / q
    shift += steps * np.spacing(shift)
    net = Network([([[1], [q]], [0, -p]), ([[slope, 0], [0, 1]], [-shift, 0]), ([[1, 1]], [0])], "relu")
    knots = {Fraction(p, q), Fraction(shift) / Fraction(slope)}
    assert [row.start for row in net.branches()[1:]] == sorted(knots)
    assert disagreements(net, net.branches()) == 0


def test_signs_are_right_where_a_float_holds_not_both_units():
    # at the knot 1 one unit is 10^-300, its neighbour 10^600
    hidden = ([[3e-300, 0, 0], [0, 1, 0], [0, 0, 1e300]], [-2e-300, 0, 0])
    net = Network([([[1], [1], [1e300]], [0, -1, 0]), hidden, ([[1e300, 1, 1e-300]], [0])], "relu")
    assert is_minimal(net.branches())
    assert len(net.branches()) == 4
    assert disagreements(net, net.branches()) == 0


def test_coincident_kinks_are_one_knot():
    third = Network([([[3], [6], [-3]], [-1, -2, 1]), ([[1, 1, 1]], [0])], "relu")
    assert [(row.start, row.slope) for row in third.branches()] == [(-np.inf, -3), (Fraction(1, 3), 9)]


def test_dead_units_and_cancelled_kinks_leave_no_knot():
    net = Network([([[0], [1], [1]], [-1, 0, 0]), ([[5, 1, -1]], [2])], "relu")
    assert net.branches() == (Branch(-np.inf, np.inf, Fraction(0), Fraction(2)),)
    identity = gaussian_network([1, 9, 9, 1], seed=3, slope=1)
    assert len(identity.branches()) == 1


def test_activations():
    layers = [([[1]], [0]), ([[1]], [0])]
    assert Network(layers, "relu").at(-1) == Network(layers, "relu", "0").at(-1) == 0
    assert Network(layers).at(-1) == Fraction(-1, 100)
    assert Network(layers, negative_slope=0.01).at(-1) == -Fraction(0.01)
    assert Network(layers, negative_slope=-1).at("-1/3") == Fraction(1, 3)
    assert Network([([[2.5]], [1])]).branches() == (Branch(-np.inf, np.inf, Fraction(5, 2), Fraction(1)),)


def test_a_network_is_a_piecewise_affine_map():
    net = gaussian_network([1, 6, 6, 1], seed=4)
    squeezed = clamp(-1, 1) @ net
    assert squeezed.at("1/7") == min(max(net.forward("1/7"), Fraction(-1)), Fraction(1))
    assert (net - net).lipschitz() == 0
    z = np.linspace(-3, 3, 50)
    np.testing.assert_allclose(net(z), [float(net.forward(x)) for x in z.tolist()], rtol=2**-49)
    assert net.branches() is net.branches()


def test_a_network_is_hashable_pickles_and_owns_its_weights():
    weight = np.ones((1, 1))
    net = Network([(weight, [0])])
    weight[0, 0] = 7
    assert net.at(1) == 1
    assert {net: 1}[net] == 1
    assert pickle.loads(pickle.dumps(net)).branches() == net.branches()
    with pytest.raises(ValueError, match="read-only"):
        net.layers[0][0][0, 0] = 2


# power: the check above fails when one thing is wrong


@pytest.fixture(scope="module")
def right() -> Network:
    return gaussian_network([1, 12, 12, 1], seed=5)


TINY = Fraction(1, 10**40)


@pytest.mark.parametrize("part", ["slope", "shift"])
def test_power_one_wrong_line_is_caught(right, part):
    rows = right.branches()
    for i, row in enumerate(rows):
        broken = row._replace(**{part: getattr(row, part) + TINY})
        assert disagreements(right, (*rows[:i], broken, *rows[i + 1 :])) > 0


def test_power_one_wrong_knot_is_caught(right):
    rows = right.branches()
    for i, (a, b) in enumerate(pairwise(rows)):
        moved = (a._replace(stop=a.stop + TINY), b._replace(start=a.stop + TINY))
        assert disagreements(right, (*rows[:i], *moved, *rows[i + 2 :])) > 0


def test_power_a_missing_knot_is_caught(right):
    rows = right.branches()
    for i, (a, b) in enumerate(pairwise(rows)):
        assert disagreements(right, (*rows[:i], a._replace(stop=b.stop), *rows[i + 2 :])) > 0


def test_power_one_weight_off_by_one_ulp_is_caught(right):
    (weight, bias), *rest = right.layers
    nudged = weight.copy()
    nudged[3, 0] = np.nextafter(nudged[3, 0], np.inf)
    other = Network([(nudged, bias), *rest], negative_slope=right.negative_slope)
    assert disagreements(right, other.branches()) > 0


def test_power_a_superfluous_knot_is_caught():
    line = Branch(-np.inf, np.inf, Fraction(1), Fraction(0))
    assert is_minimal((line,))
    assert not is_minimal((line._replace(stop=Fraction(0)), line._replace(start=Fraction(0))))


# files

ARRAYS = {
    "0.weight": np.array([[1], [-1]], np.float32),
    "0.bias": np.zeros(2, np.float32),
    "2.weight": np.ones((1, 2), np.float32),
    "2.bias": np.array([3], np.float32),
}
FOLD = (
    Branch(-np.inf, Fraction(0), Fraction(-1), Fraction(3)),
    Branch(Fraction(0), np.inf, Fraction(1), Fraction(3)),
)


def saved(folder, **arrays):
    file = folder / "net.npz"
    np.savez_compressed(file, **arrays)
    return file


def test_load_reads_what_training_writes(tmp_path):
    words = {
        "activation": np.array("leaky_relu"),
        "negative_slope": np.array("1/5"),
        "meta": np.array(json.dumps({"m": 5, "model": "vae"})),
        "loss_fit": np.zeros(4, np.float32),
    }
    net = Network.load(saved(tmp_path, **ARRAYS, **words))
    assert (net.activation, net.negative_slope, net.meta) == (
        "leaky_relu",
        Fraction(1, 5),
        {"m": 5, "model": "vae"},
    )
    assert net.at(1) == 4 - Fraction(1, 5)
    assert [weight.shape for weight, _ in net.layers] == [(2, 1), (1, 2)]


def test_load_keeps_the_order_of_the_file(tmp_path):
    names = {
        "last.weight": "0.weight",
        "last.bias": "0.bias",
        "first.bias": "2.bias",
        "first.weight": "2.weight",
    }
    arrays = {new: ARRAYS[old] for new, old in names.items()}
    assert Network.load(saved(tmp_path, **arrays), "relu").branches() == FOLD


def test_load_takes_the_activation_from_the_call_if_the_file_is_silent(tmp_path):
    assert Network.load(saved(tmp_path, **ARRAYS), "relu").branches() == FOLD
    assert Network.load(saved(tmp_path, **ARRAYS), "leaky_relu").negative_slope == Fraction(1, 100)
    assert Network.load(saved(tmp_path, **ARRAYS), "leaky_relu", "1/5").negative_slope == Fraction(1, 5)
    silent = saved(tmp_path, **ARRAYS, activation=np.array("relu"))
    assert Network.load(str(silent)).branches() == FOLD
    assert Network.load(silent).meta == {}


def test_load_never_guesses_the_activation(tmp_path):
    with pytest.raises(DomainError, match=r"net\.npz does not say its activation: save activation='relu'"):
        Network.load(saved(tmp_path, **ARRAYS))
    lone = {key: value for key, value in ARRAYS.items() if key.startswith("0.")}
    lone = {**lone, "0.weight": lone["0.weight"][:1], "0.bias": lone["0.bias"][:1]}
    assert Network.load(saved(tmp_path, **lone)).at(2) == 2  # without hidden layers there is nothing to guess


def test_repr_is_short():
    assert repr(Network([([[1], [-1]], [0, 0]), ([[1, 1]], [3])], "relu")) == "<Network 1-2-1, relu, negative slope 0>"


def without(name):
    return {key: value for key, value in ARRAYS.items() if key != name}


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"loss_fit": np.zeros(3)}, "a network of 0 layers"),
        ({}, "a network of 0 layers"),
        (without("2.bias"), "2 has a weight or a bias only"),
        (without("0.weight"), "0 has a weight or a bias only"),
        ({**ARRAYS, "2.weight": np.array([[None, 1]])}, "Object arrays cannot be loaded"),
        ({**ARRAYS, "2.weight": np.array([["1", "2"]])}, r"weight of layer 2 is <U1 \(1, 2\)"),
        ({**ARRAYS, "activation": np.array("tanh")}, "activation = 'tanh' is not piecewise affine"),
        ({**ARRAYS, "negative_slope": np.array("steep")}, "'steep' is not a finite number"),
        ({**ARRAYS, "negative_slope": np.array([1.0, 2.0])}, "can only convert an array of size 1"),
        ({**ARRAYS, "meta": np.array("{")}, "Expecting property name"),
        ({**ARRAYS, "meta": np.array("[1]")}, r"meta = \[1\] is not a JSON object"),
    ],
)
def test_load_refuses_foreign_archives(tmp_path, arrays, message):
    with pytest.raises(DomainError, match=rf"net\.npz does not hold a network \(.*{message}.*\): expected an .npz"):
        Network.load(saved(tmp_path, **arrays), "leaky_relu")


def write_npy(file):
    with file.open("wb") as stream:
        np.save(stream, np.ones(3))


def write_truncated(file):
    whole = saved(file.parent, **ARRAYS).read_bytes()
    file.write_bytes(whole[: len(whole) // 2])


def write_flipped(file):
    data = bytearray(saved(file.parent, **ARRAYS).read_bytes())
    data[60:80] = bytes(20)
    file.write_bytes(data)


@pytest.mark.parametrize(
    "write",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_text("not a network"),
        lambda file: file.write_bytes(pickle.dumps({"0.weight": 1})),
        write_npy,
        write_truncated,
        write_flipped,
    ],
    ids=["empty", "text", "pickle", "npy", "truncated", "flipped"],
)
def test_load_refuses_corrupt_files(tmp_path, write):
    file = tmp_path / "net.npz"
    write(file)
    with pytest.raises(DomainError, match=r"net\.npz does not hold a network \(.+\): expected an \.npz archive"):
        Network.load(file)


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        Network.load(tmp_path / "nowhere.npz")


# refusals


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], r"a network of 0 layers: give at least one pair \(weight, bias\)"),
        (
            [([[1, 2]], [0])],
            r"layer 1 has weight \(1, 2\) and bias \(1,\): its input is 1 wide, give \(n, 1\)",
        ),
        ([([[1], [1]], [0])], r"layer 1 has weight \(2, 1\) and bias \(1,\)"),
        (
            [([[1], [1]], [0, 0]), ([[1]], [0])],
            r"layer 2 has weight \(1, 1\) .* its input is 2 wide, give \(n, 2\)",
        ),
        ([([[1], [1]], [0, 0])], "layer 1, the last, has 2 outputs: a map of the line has 1"),
        ([([[np.nan]], [0])], "weight of layer 1 contains nan: give finite numbers"),
        ([([[1]], [np.inf])], "bias of layer 1 contains inf: give finite numbers"),
        ([([[2**53 + 1]], [0])], "weight of layer 1 contains 9007199254740993: .* float64 holds exactly"),
        (
            [([[np.longdouble("1e-4000")]], [0])],
            "weight of layer 1 contains 1e-4000: give finite numbers that float64",
        ),
        ([(np.ones((0, 1)), [])], r"weight of layer 1 is float64 \(0, 1\): .* \(out, in\), not empty"),
        ([([1], [0])], r"weight of layer 1 is int64 \(1,\): give numbers of shape \(out, in\)"),
        ([[]], r"layer 1 is '\[\]': give a pair \(weight, bias\)"),
        ("1-3-1", "layer 1 is '1': give a pair"),
        ([([[1]], [0]), 3], "layer 2 is '3': give a pair"),
        ([([[1]], 0)], r"bias of layer 1 is int64 \(\): give numbers of shape \(out,\), not empty"),
        ([([[True]], [0])], r"weight of layer 1 is bool \(1, 1\)"),
        ([([[1j]], [0])], "weight of layer 1 is complex128"),
    ],
)
def test_refusals_of_layers(layers, message):
    with pytest.raises(DomainError, match=message):
        Network(layers)


@pytest.mark.parametrize(
    ("activation", "slope", "message"),
    [
        ("gelu", None, "activation = 'gelu' is not piecewise affine: give 'relu' or 'leaky_relu'"),
        ("relu", "1/5", "negative_slope = 1/5 with 'relu': give 0, or 'leaky_relu' for another slope"),
        ("leaky_relu", np.inf, "inf is not a finite number"),
        ("leaky_relu", np.nan, "nan is not a finite number"),
    ],
)
def test_refusals_of_activations(activation, slope, message):
    with pytest.raises(DomainError, match=message):
        Network([([[1]], [0])], activation, slope)
