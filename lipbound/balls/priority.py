"""Floats that order balls: they say what is looked at first, or is the better of two, and enter no result."""

from __future__ import annotations

from flint import arb


def by_middle(x: arb) -> float:
    """The middle of a ball."""
    return float(x.mid())  # priority


def by_radius(x: arb) -> float:
    """How much doubt a ball leaves."""
    return float(x.rad())  # priority


def by_top(x: arb) -> float:
    """The upper end of a ball."""
    return float(x.upper())  # priority
