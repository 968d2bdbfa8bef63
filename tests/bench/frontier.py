"""The sharp frontier: seconds to the gap asked for, one valley and three modes; `python -m tests.bench.frontier`."""

from __future__ import annotations

from time import perf_counter

from lipbound.frontiers import frontier, valley_frontier
from lipbound.laws import AbstractLaw, gaussian_mixture, two_gaussians

THREE = gaussian_mixture(("1/3", "1/3", "1/3"), (-5, 0, 5), (1, 1, 1))
UNEVEN = gaussian_mixture(("1/4", "1/2", "1/4"), (-4, 0, 4), (1, 1, 1))
CASES: tuple[tuple[str, AbstractLaw, int, float], ...] = (
    ("one valley, 1e-6", two_gaussians(2), 2, 1e-6),
    ("wide valley, 1e-6", two_gaussians(5), 50, 1e-6),
    ("three modes, 1e-4", THREE, 5, 1e-4),
    ("three modes, 1e-6", THREE, 5, 1e-6),
    ("uneven modes, 1e-4", UNEVEN, 3, 1e-4),
)


def main() -> None:
    """Print the seconds and the gap of every case; the kernels are compiled before."""
    frontier(two_gaussians(1), "1/2", tol=1e-1)
    for name, nu, L, tol in CASES:
        start = perf_counter()
        point = frontier(nu, L, tol=tol)
        print(f"{name:22} {perf_counter() - start:7.2f} s   gap {point.gap:.1e}   {float(point.value):.7f}")
    start = perf_counter()
    sharp = [valley_frontier(two_gaussians(3), L).sharp for L in (2, 3, 5, 10)]
    print(f"{'closed form, 4 L':22} {perf_counter() - start:7.2f} s   sharp: {all(sharp)}")


if __name__ == "__main__":
    main()
