"""One proof for each bound, under its name: `prove(proof)` takes the steps and ends at the declared formula."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from lipbound.proof import Proof


def written(name: str) -> bool:
    """Is there a file of this name?"""
    return find_spec(f"proofs.{name}") is not None


def prove(name: str, **how: Any) -> Proof:
    """The proof of the bound, with all its steps taken; ProofError names the first that does not follow."""
    proof = Proof(name, **how)
    import_module(f"proofs.{name}").prove(proof)
    return proof
