"""The sharp trade-off between a divergence and the Lipschitz constant."""

from .best import best_known as best_known
from .quick import valley_values as valley_values
from .required import required_lipschitz as required_lipschitz
from .sharp import frontier as frontier
from .trade_off import Curve as Curve
from .trade_off import TradeOff as TradeOff
from .valley import Frontier as Frontier
from .valley import valley_frontier as valley_frontier
