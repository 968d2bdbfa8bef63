"""Settings of the test session: how hard Hypothesis searches, one thread for each worker, no display for figures."""

import gc
import os

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")  # read when matplotlib is first imported, by whoever needs it
# Read when numpy is: small matrices gain nothing from more threads, and their waiting costs the next worker.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True)
settings.register_profile("deep", max_examples=10_000, deadline=None)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the tests marked `deep` to the profile of that name."""
    if PROFILE != "deep":
        for item in items:
            if item.get_closest_marker("deep"):
                item.add_marker(pytest.mark.skip(reason="runs only when HYPOTHESIS_PROFILE=deep"))


def pytest_collection_finish() -> None:
    """What has been imported and collected stays: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
