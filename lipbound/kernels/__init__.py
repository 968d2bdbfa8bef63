"""Float64 arithmetic: tables in, values and modelled errors out."""

from . import bent as bent
from . import chains as chains
from . import density as density
from . import gaps as gaps
from . import generators as generators
from . import level as level
from . import line as line
from . import mmd as mmd
from . import moments as moments
from . import normal as normal
from . import panel as panel
from . import pins as pins
from . import quantile as quantile
from . import renyi as renyi
from . import springs as springs
from . import strings as strings
from . import table as table
from . import transport as transport
from . import unfolded as unfolded
from . import w1 as w1
from . import written as written
