"""The sharp trade-off between total variation and the Lipschitz constant."""

from .sharp import Curve as Curve
from .sharp import TradeOff as TradeOff
from .sharp import frontier as frontier
from .sharp import required_lipschitz as required_lipschitz
from .valley import Frontier as Frontier
from .valley import valley_frontier as valley_frontier
