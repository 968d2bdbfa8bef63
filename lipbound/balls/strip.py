"""The area between two distribution functions on a cell with smooth strands, in the coordinate of a chart."""

from __future__ import annotations

from flint import arb

from . import folds
from .chart import Chart
from .moments import moment
from .normal import ball
from .priority import by_radius
from .runs import Run, joined
from .table import Cell

REACHES = 60  # standard deviations
HALVINGS = 8


class Strip:
    """F - G along a chart, where `before` is F - G at the lower end of the cell."""

    def __init__(self, chart: Chart, before: arb, tol: arb) -> None:
        self.chart, self.before, self.tol = chart, before, tol
        self.light = tol / _width(chart).max(arb(1))  # a mass that is not followed, times its way, is tol

    def gap(self, x: arb) -> arb:
        """F - G at the point with coordinate x; in a tail from its end, where it is zero."""
        chart, sides = self.chart, ((self.chart.lo, x), (x, self.chart.hi))
        below, above = sides if chart.pilot.strand.rising else sides[::-1]
        if not isinstance(chart.p.hi, float):
            return self.before + self._excess(*below)
        if not isinstance(chart.p.lo, float):
            return -self._excess(*above)
        return min(self._excess(*below), -self._excess(*above), key=by_radius)

    def _excess(self, a: arb, b: arb) -> arb:
        """By how much p outweighs q between two coordinates."""
        return self.chart.mass(self.chart.p, a, b) - self.chart.mass(self.chart.q, a, b)

    def distance(self, run: Run) -> arb:
        """Integral of |F - G| over a run of p - q, on which F - G is monotone."""
        a, b = run.a, run.b
        if not (a.is_finite() and b.is_finite()):
            return self._unbounded(run)
        if run.sign == 0:
            return self._step(a, b, run.bound)
        at_a, at_b, width = self.gap(a), self.gap(b), abs(self.chart.y(b) - self.chart.y(a))
        most = abs(at_a).max(abs(at_b))
        if width * most < self.tol:
            return arb(0).union(width * most)
        if (at_a >= 0 and at_b >= 0) or (at_a <= 0 and at_b <= 0):
            return abs(self._area(a, b))
        if not ((at_a > 0 or at_a < 0) and (at_b > 0 or at_b < 0)):
            # of a monotone function the part of the lesser sign stays below the lesser end
            return abs(self._area(a, b)) + arb(0).union(2 * width * abs(at_a).min(abs(at_b)))
        x, z = self._crossing(a, b, at_a > 0)
        rest = abs(self.chart.y(z) - self.chart.y(x)) * abs(self.gap(x)).max(abs(self.gap(z)))
        return abs(self._area(a, x)) + abs(self._area(z, b)) + arb(0).union(rest)

    def _unbounded(self, run: Run) -> arb:
        """The same where the run has an infinite end: a tail, and the rest."""
        whole = self._ending(run.a, run.b) if run.sign else arb.pos_inf()
        if whole.is_finite():
            return whole
        lo, hi = self.chart.window(self.light)
        x, y = (run.a if run.a.is_finite() else lo), (run.b if run.b.is_finite() else hi)
        if not x < y or run.sign == 0:
            return self._open(run.a, run.b)
        inner = self.distance(Run(x, y, run.sign, run.bound))
        tails = [(a, b) for a, b in ((run.a, x), (y, run.b)) if not (a.is_finite() and b.is_finite())]
        return inner + sum((arb(0).union(self._tail(a, b)) for a, b in tails), arb(0))

    def _ending(self, a: arb, b: arb) -> arb:
        """The same on a run with a sign that ends at infinity, where F - G is monotone to zero; infinite on others."""
        chart, x = self.chart, b if b.is_finite() else a
        outward = chart.pilot.side if not b.is_finite() else -chart.pilot.side
        if not x.is_finite() or not isinstance(chart.p.hi if outward > 0 else chart.p.lo, float):
            return arb.pos_inf()
        return abs(self._excess(a, b) * chart.y(x) - self._mean(chart.p, a, b) + self._mean(chart.q, a, b))

    def _area(self, a: arb, b: arb) -> arb:
        """Integral of F - G between two coordinates, by parts: what is left are means of single strands."""
        chart = self.chart
        left, right = (a, b) if chart.pilot.strand.rising else (b, a)
        ends = self.gap(right) * chart.y(right) - self.gap(left) * chart.y(left)
        return ends - self._mean(chart.p, a, b) + self._mean(chart.q, a, b)

    def _mean(self, cell: Cell, a: arb, b: arb) -> arb:
        return moment(self.chart, cell, a, b, self.tol)

    def _crossing(self, a: arb, b: arb, falling: bool) -> tuple[arb, arb]:
        """Two points of proved signs around the zero of F - G."""
        for _ in range(60):
            for part in (8, 5):  # a zero at the very middle has no sign there: try beside it
                y = (a + (b - a) * part / 16).mid()
                h = self.gap(y)
                if a < y and y < b and (h > 0 or h < 0):
                    a, b = (y, b) if (h > 0) == falling else (a, y)
                    break
            else:
                break
        return a, b

    def _open(self, a: arb, b: arb) -> arb:
        """The same in a tail where the sign of p - q is not known yet: by its signs until little is left."""
        x, side = (a, 1) if a.is_finite() else (b, -1)
        far, rest = self._far(x, side)
        if not rest.is_finite():
            return arb(0).union(arb.pos_inf())
        few = self.tol / (1 + abs(self.chart.y(far) - self.chart.y(x)))
        found = joined(folds.within(self.chart, x.min(far), x.max(far), few)) if x != far else ()
        parts = [self.distance(run) if run.sign else self._steps(run.a, run.b, HALVINGS) for run in found]
        return sum(parts, arb(0).union(rest))

    def _far(self, x: arb, side: int) -> tuple[arb, arb]:
        """A point from here outwards beyond which little is left, and how much; of the last one tried if none is."""
        step, rest = side / self.chart.pilot.inv, arb.pos_inf()
        for n in range(REACHES if x.is_finite() else 0):
            x = (x + step).mid() if n else x
            rest = abs(self._tail(*((x, arb.pos_inf()) if side > 0 else (arb.neg_inf(), x))))
            if rest < self.tol:
                break
        return x, rest

    def _steps(self, a: arb, b: arb, halvings: int) -> arb:
        """The same between two coordinates, in parts as long as that leaves much doubt."""
        found, y = self._step(a, b, arb.pos_inf()), ((a + b) / 2).mid()
        if not halvings or found.rad() < self.tol / REACHES or not (a < y and y < b):
            return found
        return self._steps(a, y, halvings - 1) + self._steps(y, b, halvings - 1)

    def _step(self, a: arb, b: arb, bound: arb) -> arb:
        """The same between two coordinates: F - G keeps its sign if it is larger than what it may move there."""
        moved, ends = self._moved(a, b).min(bound), (abs(self.gap(a)), abs(self.gap(b)))
        most = abs(self.chart.y(b) - self.chart.y(a)) * (ends[0].min(ends[1]) + moved)
        found = abs(self._area(a, b)) if any(at > moved for at in ends) else arb.pos_inf()
        return found if found.is_finite() else arb(0).union(most)

    def _moved(self, a: arb, b: arb) -> arb:
        """By how much F - G may change between two coordinates: by no more than the masses there.

        If all densities are constant, their difference is known; it may be zero.
        """
        chart = self.chart
        if any(cell.entries or chart.uneven(cell) for cell in (chart.p, chart.q)):
            return chart.mass(chart.p, a, b) + chart.mass(chart.q, a, b)
        return abs(chart.even(chart.p) - chart.even(chart.q)) * abs(chart.y(b) - chart.y(a))

    def _tail(self, a: arb, b: arb) -> arb:
        """Bound of the integral beyond the window: F - G moves by no more than the masses there, and ends at zero."""
        chart = self.chart
        x = b if b.is_finite() else a
        if not x.is_finite():
            return arb.pos_inf()
        outward = chart.pilot.side if not b.is_finite() else -chart.pilot.side
        end, y = chart.p.hi if outward > 0 else chart.p.lo, chart.y(x)
        masses = [chart.mass(cell, a, b) for cell in (chart.p, chart.q)]
        if not isinstance(end, float):
            return abs(ball(end) - y) * sum(masses, abs(self.gap(x)))
        means = [self._mean(cell, a, b) for cell in (chart.p, chart.q)]
        return sum((abs(m - y * w) for m, w in zip(means, masses, strict=True)), arb(0))


def distance(chart: Chart, before: arb, tol: arb) -> arb:
    """Integral of |F - G| over the cell of the chart; `before` is F - G at its lower end."""
    strip = Strip(chart, before, tol)
    return sum((strip.distance(run) for run in joined(folds.runs(chart, strip.light))), arb(0))


def _width(chart: Chart) -> arb:
    """How long the cell is, or the part of it that one standard deviation on either side of the pilot's mean fills."""
    pilot, sides = chart.pilot, ((-1, chart.lo), (1, chart.hi))
    low, high = (chart.y(end if end.is_finite() else pilot.mean + side / pilot.inv) for side, end in sides)
    return abs(high - low) if (high - low).is_finite() else arb(1)
