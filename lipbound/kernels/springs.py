"""A chain of springs, each node tied to its neighbours and to the ground: where forces move it.

The matrix has the springs between neighbours off its diagonal, with a minus, and row sums `ground`. What is left of the
ground after elimination is a sum of positive terms, so that no stiffness of the springs can drown it.
"""

import numpy as np

from .jit import jit


@jit
def moved(springs, ground, force):
    """The displacements at rest."""
    n = ground.size
    tied, pull, out = np.empty(n), np.empty(n), np.empty(n)
    tied[0], pull[0] = ground[0], force[0]
    for i in range(1, n):
        k = springs[i - 1]
        share = k / (k + tied[i - 1])
        tied[i] = ground[i] + share * tied[i - 1]
        pull[i] = force[i] + share * pull[i - 1]
    out[n - 1] = pull[n - 1] / tied[n - 1]
    for i in range(n - 2, -1, -1):
        out[i] = (pull[i] + springs[i] * out[i + 1]) / (springs[i] + tied[i])
    return out
