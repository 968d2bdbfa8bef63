"""Latent laws judged by the capacity that a generator needs to make data of them."""

from .distance import Choice as Choice
from .distance import best_latent as best_latent
from .distance import capacity as capacity
from .distance import distance as distance
from .distance import odd_distance as odd_distance
from .distance import profile_ratio as profile_ratio
from .laws import Latent as Latent
from .laws import bimodal as bimodal
from .laws import laplace as laplace
from .laws import latent as latent
from .laws import logistic as logistic
from .laws import normal as normal
from .laws import uniform as uniform
from .required import required_lipschitz as required_lipschitz
from .two_stage import TwoStage as TwoStage
from .two_stage import two_stage as two_stage
