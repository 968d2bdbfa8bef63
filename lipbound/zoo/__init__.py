"""The shipped generators: VAEs and GANs trained on 1/2 N(-m, 1) + 1/2 N(m, 1), m = 0..10."""

from __future__ import annotations

from importlib.resources import as_file, files

from ..errors import DomainError
from ..maps import Network


def names() -> tuple[str, ...]:
    """Names of the shipped generators: model, m and seed.

    >>> "vae_m03_s0" in names()
    True
    """
    found = (entry.name for entry in files(__name__).iterdir() if entry.name.endswith(".npz"))
    return tuple(sorted(name.removesuffix(".npz") for name in found))


def load_shipped(name: str) -> Network:
    """A shipped generator by its name.

    >>> load_shipped("vae_m03_s0").meta["m"]
    3
    """
    if name not in names():
        raise DomainError(f"no shipped generator is called {name!r}: there are {', '.join(names())}")
    with as_file(files(__name__) / f"{name}.npz") as path:
        return Network.load(path)
