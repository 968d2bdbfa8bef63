"""What a bound supposes of an instance, and what is known of it there: proven, assumed or violated."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import DomainError
from .instance import Instance


class Standing(enum.Enum):
    """What is known of a hypothesis on an instance.

    >>> [standing.name for standing in Standing]
    ['PROVEN', 'ASSUMED', 'VIOLATED']
    """

    PROVEN = "proven"
    ASSUMED = "assumed"
    VIOLATED = "violated"


@dataclass(frozen=True)
class Hypothesis:
    """A sentence, and its judge on an instance and event: True proven, None unknown, else why it is violated.

    >>> from lipbound.laws import Gaussian
    >>> from lipbound.maps import affine, clamp
    >>> steep = Hypothesis("L >= 2", lambda case, event: True if case.L >= 2 else f"L = {case.L}")
    >>> steep.standing(Instance(affine(2), Gaussian())).name, steep.standing(Instance(clamp(0, 1), Gaussian())).name
    ('PROVEN', 'VIOLATED')
    """

    says: str
    judge: Callable[[Instance, dict[str, Any]], bool | str | None]

    def standing(self, case: Instance, **event: Any) -> Standing:
        """What is known of the hypothesis on the instance."""
        found = self.judge(case, event)
        return Standing.PROVEN if found is True else Standing.ASSUMED if found is None else Standing.VIOLATED

    def admit(self, name: str, case: Instance, **event: Any) -> Standing:
        """The standing, unless the hypothesis is violated: then DomainError says why."""
        found = self.judge(case, event)
        if isinstance(found, str) or found is False:
            raise DomainError(f"{name} supposes {self.says}, but {found or 'that is not so'}")
        return Standing.PROVEN if found else Standing.ASSUMED


def assumed(says: str) -> Hypothesis:
    """A hypothesis that nothing in an instance (g, nu) can show.

    >>> from lipbound.laws import Gaussian
    >>> from lipbound.maps import affine
    >>> assumed("g is a chain of n blocks").standing(Instance(affine(1), Gaussian())).name
    'ASSUMED'
    """
    return Hypothesis(says, lambda case, event: None)
