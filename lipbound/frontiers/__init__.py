"""The sharp trade-off between total variation and the Lipschitz constant."""

from .best import best_known as best_known
from .required import required_lipschitz as required_lipschitz
from .sharp import Curve as Curve
from .sharp import TradeOff as TradeOff
from .sharp import frontier as frontier
from .valley import Frontier as Frontier
from .valley import valley_frontier as valley_frontier
