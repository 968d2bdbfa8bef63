"""The least positive variation of G - F over laws of bounded slope: a lower bound by dynamic programming.

A law of the class has G(x) = Phi(w(x) + x / L) with w nondecreasing; on cuts a_0 < a_1 < ... it pays
(G(a_{i+1}) - G(a_i) - mass_i)^+ from cut to cut, and total variation is at least the sum. V_i(t), the least that is
paid up to a_i by laws with G(a_i) = t, is bounded below by a function that is affine in t between the nodes
t_k = Phi(w_k + a_i / L). Its slopes are at most 1, since a jump pays what it adds. One step is
V'(t') = min over t <= m(t') of V(t) + (t' - mass - t)^+, where m(t') = Phi(Phi^-1(t') - step / L) is convex in t'.
Hence between two nodes V' is concave, but for convex corners at t_j + mass, where the chord is lowered until it is
below V'. Every float here errs by at most `eps`, and each step gives up 16 of these.
"""

import numpy as np

from .jit import inner, jit

REACH = 8.5  # beyond it Phi is 0 or 1 up to 1e-17
PER_UNIT = 8  # Taylor nodes
DEGREE = 10  # the remainder is below 1.09 * 0.4 sqrt(10!) / 11! / 16^11 < 2e-18 (Cramer's inequality)


@inner
def _phi(u, taylor):
    if u <= -REACH:
        return 0.0
    if u >= REACH:
        return 1.0
    n = int(np.floor((u + REACH) * PER_UNIT + 0.5))
    h = u - (n / PER_UNIT - REACH)
    total = taylor[n, DEGREE]
    for j in range(DEGREE - 1, -1, -1):
        total = total * h + taylor[n, j]
    return min(max(total, 0.0), 1.0)


@jit
def levels(w, at, taylor, out):
    """Phi(w_k + at), between a node of mass zero and one of mass one."""
    n = w.size
    out[0], out[n + 1] = 0.0, 1.0
    for k in range(n):
        out[k + 1] = max(_phi(w[k] + at, taylor), out[k])  # nodes closer than a rounding coincide


@inner
def _affine(x, t0, t1, v0, v1):
    """Value at x in [t0, t1] of the affine function between two nodes."""
    if t1 <= t0:
        return min(v0, v1)
    return v0 + (v1 - v0) * min(max((x - t0) / (t1 - t0), 0.0), 1.0)


@jit
def step(t, v, t_new, mass, eps, v_new, floor, first, queue):
    """One step of the recursion; `floor`, `first` and `queue` are scratch space. Where most is lost, and how much."""
    n = t.size
    head, tail, j = 0, 0, -1  # j: the last node at or below s; queue: candidates for the least of nodes j + 1 .. k
    for k in range(n):
        s = t_new[k] - mass
        first[k] = j + 1
        while j + 1 < n and t[j + 1] <= s:
            j += 1
            if j < k:  # a corner inside the cell (k - 1, k): the least of nodes j .. k - 1
                while head < tail and queue[head] < j:
                    head += 1
                floor[j] = v[queue[head]]
        while tail > head and v[queue[tail - 1]] >= v[k]:
            tail -= 1
        queue[tail] = k
        tail += 1
        if s >= t[k]:
            v_new[k] = v[k] + (s - t[k])
        else:
            while queue[head] <= j:
                head += 1
            least = v[queue[head]]
            if j >= 0:
                least = min(least, _affine(s, t[j], t[j + 1], v[j], v[j + 1]))
            v_new[k] = least
    _caps(t, v, t_new, mass, v_new)
    lost = _corners(t, t_new, mass, eps, v_new, floor, first)
    for k in range(n):
        if k and v_new[k] > v_new[k - 1] + (t_new[k] - t_new[k - 1]):
            v_new[k] = v_new[k - 1] + (t_new[k] - t_new[k - 1])
    for k in range(n):
        v_new[k] -= 16 * eps
    return lost


@jit
def _caps(t, v, t_new, mass, v_new):
    """Where s - m changes sign inside a cell, (s - m)^+ has a corner: only what is below the corner counts."""
    for k in range(t.size - 1):
        low, high = t_new[k] - mass - t[k], t_new[k + 1] - mass - t[k + 1]
        if (low < 0) == (high < 0):
            continue
        run = t[k + 1] - t[k]
        slope = min(max((v[k + 1] - v[k]) / run, 0.0), 1.0) if run > 0 else 0.0
        if high >= 0:
            v_new[k + 1] = min(v_new[k + 1], v[k + 1] + slope * high)
        else:
            v_new[k] = min(v_new[k], v[k] + slope * low)


@jit
def _corners(t, t_new, mass, eps, v_new, floor, first):
    """Lower the ends of each cell until its chord is below the corners inside. The corner lowered most, and by what."""
    n = t.size
    before, place, most = 0.0, 0.0, 0.0
    for k in range(n - 1):
        excess = 0.0
        run = t_new[k + 1] - t_new[k]
        last = first[k + 2] if k + 2 < n else n
        for j in range(first[k + 1], min(last, k + 1)):
            if t[j] > t_new[k + 1] - mass:
                break
            if t[j] <= t_new[k] - mass:
                continue
            chord = _affine(t[j] + mass, t_new[k], t_new[k + 1], v_new[k], v_new[k + 1])
            shift = abs(v_new[k + 1] - v_new[k]) * min(1.0, 4 * eps / run) if run > 0 else 0.0
            excess = max(excess, chord + shift - floor[j])
            if excess > most:
                place, most = t[j] + mass, excess
        here = max(excess, before)
        before = excess
        floor[n + k] = here
    floor[n + n - 1] = before
    for k in range(n):
        v_new[k] -= floor[n + k]
    return place, most


@jit
def forward(w, at, masses, taylor, eps, t, v, lost):
    """Fill rows i of t and v: the nodes at cut i and the lower bound there; of `lost`: the place most lowered, by what.

    masses[i] is that of (a_{i-1}, a_i].
    """
    n = w.size + 2
    floor, first, queue = np.empty(2 * n), np.empty(n + 1, np.int64), np.empty(n, np.int64)
    start, rest = np.zeros(n), np.zeros(n)
    start[1:] = 1.0  # before the first cut every law is at zero
    levels(w, at[0], taylor, t[0])
    for k in range(n):
        rest[k] = t[0, k] - masses[0]
        v[0, k] = max(rest[k], 0.0)
    for k in range(1, n):  # the corner of (t - mass)^+
        if rest[k - 1] < 0.0 < rest[k]:
            v[0, k] = 0.0
        if v[0, k] > v[0, k - 1] + (t[0, k] - t[0, k - 1]):
            v[0, k] = v[0, k - 1] + (t[0, k] - t[0, k - 1])
    for i in range(1, at.size):
        levels(w, at[i], taylor, t[i])
        lost[i, 0], lost[i, 1] = step(t[i - 1], v[i - 1], t[i], masses[i], eps, v[i], floor, first, queue)


@jit
def last(t, v, below):
    """min of v(t) + (below - t)^+: what is proved; `below` is the mass of the target up to the last cut."""
    best, at = np.inf, 0.0
    for k in range(t.size):
        value = v[k] + max(below - t[k], 0.0)
        if value < best:
            best, at = value, t[k]
        if k and t[k - 1] < below < t[k]:
            value = _affine(below, t[k - 1], t[k], v[k - 1], v[k])
            if value < best:
                best, at = value, below
    return best, at


@jit
def backtrack(w, at, masses, taylor, t, v, end, out):
    """A law that the bound follows: its mass up to each cut, from the last one back; ties keep to the target."""
    count = at.size
    out[count - 1] = end
    for i in range(count - 1, 0, -1):
        row, value, n = t[i - 1], v[i - 1], t.shape[1]
        k = min(np.searchsorted(t[i], out[i], side="right") - 1, n - 2)
        lam = (out[i] - t[i, k]) / (t[i, k + 1] - t[i, k]) if t[i, k + 1] > t[i, k] else 0.0
        m = row[k] + lam * (row[k + 1] - row[k])
        if 1 <= k < n - 2:
            x = w[k - 1] + lam * (w[k] - w[k - 1])
            for _ in range(3):  # Phi^-1 inside its cell
                u = x + at[i]
                slope = np.exp(-u * u / 2) / 2.5066282746310002
                if slope > 1e-12:
                    x = min(max(x - (_phi(u, taylor) - out[i]) / slope, w[k - 1]), w[k])
            if 0 < lam < 1:
                m = _phi(x + at[i - 1], taylor)
        s = out[i] - masses[i]
        if s >= m or s >= 1:
            out[i - 1] = m
            continue
        j = np.searchsorted(row, max(s, 0.0), side="right") - 1
        j = min(j, n - 2)
        place = max(s, 0.0)
        best = _affine(place, row[j], row[j + 1], value[j], value[j + 1]) - 1e-10
        for q in range(j + 1, n):
            if row[q] > m:
                break
            if value[q] < best:
                best, place = value[q], row[q]
        q = min(np.searchsorted(row, m, side="right") - 1, n - 2)
        if _affine(m, row[q], row[q + 1], value[q], value[q + 1]) < best:
            place = m
        out[i - 1] = place
