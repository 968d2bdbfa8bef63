"""Benchmarks: ratios within one run, against other programs and against the floor of the work."""
