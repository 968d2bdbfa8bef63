"""Pictures: the curve is the density, the stems are the atoms, and nothing global is touched."""

from __future__ import annotations

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from instances import LAWS
from lipbound import Discrete, Gaussian, affine, clamp, fold, pushforward, sawtooth, two_gaussians, zoo
from lipbound.laws import AbstractLaw
from lipbound.plots import curve, plot_law, plot_map

MAPS = {
    "line": affine(2),
    "constant": affine(0, 3),
    "clamp": clamp(-1, 2),
    "fold": fold(),
    "teeth": sawtooth(3, 2, "1/2"),
    "network": zoo.load_shipped("vae_m02_s0"),
}


def continuous_mass(law: AbstractLaw) -> float:
    return 1 - sum(atom.mass for atom in law.atoms())


def area(law: AbstractLaw) -> float:
    x, y = curve(law)
    steps = np.diff(x) * (y[1:] + y[:-1]) / 2
    return float(np.nansum(steps))


@pytest.mark.parametrize("name", LAWS)
def test_curve_has_the_area_of_the_density(name: str):
    law = LAWS[name]
    assert area(law) == pytest.approx(continuous_mass(law), abs=2e-3)
    x, y = curve(law)
    assert np.array_equal(np.isnan(x), np.isnan(y))
    assert np.all(np.diff(x[~np.isnan(x)]) >= 0)
    assert np.nanmin(y, initial=0) >= 0


def test_area_tells_a_wrong_curve():
    # power: even points alone miss the needle, whose mass is one half
    law = LAWS["needle"]
    x = np.linspace(-4, 4, 1000)
    assert abs(np.trapezoid(law.pdf(x), x) - 1) > 0.3


@pytest.mark.parametrize("name", LAWS)
def test_a_law_is_drawn_on_the_given_axes_with_its_atoms(name: str):
    law = LAWS[name]
    ax = Figure().add_subplot()
    assert plot_law(law, ax, color="k", label=name) is ax
    assert [line.get_label() for line in ax.lines][:1] == [name]
    masses = {float(atom.place): atom.mass for atom in law.atoms()}
    dots = dict(ax.lines[1].get_xydata().tolist()) if masses else {}
    assert dots == masses
    stems = [s for c in ax.collections if isinstance(c, LineCollection) and not c.get_alpha() for s in c.get_segments()]
    assert {float(s[0, 0]): float(s[1, 1]) for s in stems} == masses
    assert all(s[0, 1] == 0 for s in stems)
    assert ax.get_ylabel() == ("density, mass of atoms" if masses else "density")
    ax.figure.savefig("/dev/null", format="png")  # drawing gives no warning
    assert ax.get_ylim()[0] == 0


def test_thin_lines_mark_the_jumps():
    ax = plot_law(pushforward(fold()))
    thin = [s for c in ax.collections if c.get_alpha() for s in c.get_segments()]
    assert [s.tolist() for s in thin] == [[[0, 0], [0, pytest.approx(2 / np.sqrt(2 * np.pi))]]]
    assert not [s for c in plot_law(Gaussian()).collections for s in c.get_segments()]


def test_laws_drawn_later_are_not_cut_off():
    ax = plot_law(Gaussian(0, 5))
    plot_law(two_gaussians(5, "1/10"), ax)
    ax.figure.savefig("/dev/null", format="png")
    assert ax.get_ylim()[1] > float(np.nanmax(curve(two_gaussians(5, "1/10"))[1]))
    mixed = plot_law(Discrete((0,), (1,)))
    assert plot_law(Gaussian(), mixed).get_ylabel() == "density, mass of atoms"


@pytest.mark.parametrize("name", MAPS)
def test_a_map_is_drawn_through_its_knots(name: str):
    g = MAPS[name]
    ax = Figure().add_subplot()
    assert plot_map(g, ax, reach=3, linestyle="--") is ax
    z, y = ax.lines[0].get_xydata().T
    assert (z[0], z[-1]) == (-3, 3)
    np.testing.assert_array_equal(y, g(z))
    knots = {float(b.stop) for b in g.branches()[:-1] if -3 < b.stop < 3}
    assert set(ax.lines[1].get_xdata()) == knots
    between = (z[1:] + z[:-1]) / 2  # affine between neighbours: the picture is the map
    np.testing.assert_allclose(g(between), (y[1:] + y[:-1]) / 2, rtol=1e-9, atol=1e-9)
    ax.figure.savefig("/dev/null", format="png")


def test_settings_and_pyplot_are_left_alone():
    before = dict(mpl.rcParams)
    plot_law(LAWS["clamped"])
    plot_map(fold())
    assert dict(mpl.rcParams) == before
    code = (
        "import sys; from lipbound import Gaussian, fold; from lipbound.plots import plot_law, plot_map\n"
        "assert 'matplotlib' not in sys.modules\n"
        "plot_law(Gaussian()); plot_map(fold())\n"
        "assert 'matplotlib.figure' in sys.modules and 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
