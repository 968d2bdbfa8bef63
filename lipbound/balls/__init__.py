"""Ball arithmetic: the same names as the kernels, exact rationals in, enclosures out."""

from . import antitone as antitone
from . import astray as astray
from . import cells as cells
from . import costate as costate
from . import density as density
from . import drift as drift
from . import fisher as fisher
from . import gaps as gaps
from . import generators as generators
from . import integrable as integrable
from . import line as line
from . import lost as lost
from . import mmd as mmd
from . import moments as moments
from . import multiplier as multiplier
from . import normal as normal
from . import panel as panel
from . import renyi as renyi
from . import scores as scores
from . import supremum as supremum
from . import table as table
from . import tails as tails
from . import transport as transport
from . import unfolded as unfolded
from . import valley as valley
from . import written as written
