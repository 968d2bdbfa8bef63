"""The sharp trade-off between total variation and the Lipschitz constant."""

from .valley import Frontier as Frontier
from .valley import valley_frontier as valley_frontier
