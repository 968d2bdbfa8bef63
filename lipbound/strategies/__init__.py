"""Hypothesis strategies, and the assertion that a bound holds, for tests of your own."""

from .of_bounds import assert_bound_holds as assert_bound_holds
from .of_bounds import cases as cases
from .of_bounds import instances as instances
from .of_bounds import letters as letters
from .of_laws import discretes as discretes
from .of_laws import gaussians as gaussians
from .of_laws import laws as laws
from .of_laws import mixtures as mixtures
from .of_laws import pushforwards as pushforwards
from .of_laws import targets as targets
from .of_maps import maps as maps
from .of_maps import networks as networks
from .of_maps import rationals as rationals
from .of_maps import smooth_maps as smooth_maps
from .of_scenes import scenes as scenes
