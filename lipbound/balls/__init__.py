"""Ball arithmetic: the same names as the kernels, exact rationals in, enclosures out."""

from . import density as density
from . import line as line
from . import moments as moments
from . import normal as normal
from . import panel as panel
from . import table as table
from . import unfolded as unfolded
from . import valley as valley
