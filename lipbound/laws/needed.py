"""What is asked of arguments before anything is done with them: a law where a law is needed, a map where a map is."""

from __future__ import annotations

from ..errors import DomainError
from ..maps import AbstractMap
from .abstract import AbstractLaw


def need_law(name: str, law: object) -> None:
    """Raise DomainError unless the argument is a law.

    >>> need_law("the target", 3)
    Traceback (most recent call last):
    lipbound.errors.DomainError: the target is a int: give a law, such as Gaussian, Mixture or pushforward(g)
    """
    need(name, law, AbstractLaw, "a law, such as Gaussian, Mixture or pushforward(g)")


def need_map(name: str, g: object) -> None:
    """Raise DomainError unless the argument is a map of the line.

    >>> from lipbound.laws import Gaussian
    >>> need_map("g", Gaussian())
    Traceback (most recent call last):
    lipbound.errors.DomainError: g is a Gaussian: give a map, such as PiecewiseAffine, formula("tanh(z)") or Network
    """
    need(name, g, AbstractMap, 'a map, such as PiecewiseAffine, formula("tanh(z)") or Network')


def need(name: str, value: object, kind: type | tuple[type, ...], wanted: str) -> None:
    """Raise DomainError unless the argument is of that kind, whose description `wanted` is.

    >>> need("n", 1.5, int, "a whole number")
    Traceback (most recent call last):
    lipbound.errors.DomainError: n is a float: give a whole number
    """
    if not isinstance(value, kind):
        raise DomainError(f"{name} is a {type(value).__name__}: give {wanted}")
