"""Masses of strands that another law's coordinate leads so far out that their own Z is not found there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import arb

from .bent import Fibre

if TYPE_CHECKING:
    from .chart import Chart

HALVINGS = 12


class Edges:
    """Coordinates of a chart, on both sides, up to which the Z of a strand is found."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self._known: dict[tuple[int, int], tuple[arb, arb]] = {}
        self.centre = chart.pilot.mean.max(chart.lo).min(chart.hi).mid()

    def mass(self, f: Fibre, coordinates: tuple[arb, arb], ends: list[arb]) -> arb:
        """Mass of a strand between two coordinates, and the points of the cell there; bounds if its Z is not found."""
        a, b = coordinates
        known = f.mass(*(self.chart.coordinate(f, x, y) for x, y in zip(coordinates, ends, strict=True)))
        if not known.is_nan():
            return known
        most = f.mass(f.left, f.right)
        for side, x in ((1, a), (-1, b)):
            if side * (x - self.centre) >= 0:
                found = self._beyond(f, side, x)
                most = most.min(found) if found.is_finite() else most
        return arb(0).union(most)

    def _beyond(self, f: Fibre, side: int, x: arb) -> arb:
        """Above the mass of a strand that lies beyond a coordinate."""
        z = self._at(f, x)
        if not z.is_finite():
            edge, z = self._known.get((id(f), side), (self.centre, arb.nan()))
            if not z.is_finite() or not side * (x - edge) >= 0:
                z = self._found(f, side, x)
        along = side if f.strand.rising == self.chart.pilot.strand.rising else -side
        return f.mass(z, f.right) if along > 0 else f.mass(f.left, z)

    def _found(self, f: Fibre, side: int, x: arb) -> arb:
        """The Z of the strand at the farthest coordinate before x where it is found."""
        near, far = self.centre, x
        for _ in range(HALVINGS):
            middle = ((near + far) / 2).mid()
            near, far = (middle, far) if self._at(f, middle).is_finite() else (near, middle)
        z = self._at(f, near)
        self._known[id(f), side] = near, z
        return z

    def _at(self, f: Fibre, x: arb) -> arb:
        return self.chart.coordinate(f, x, self.chart.end(x))
