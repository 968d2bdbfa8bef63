"""Gauss-Kronrod quadrature on [-1, 1], 21 points: the finer rule and its difference from the coarser one inside it."""

from __future__ import annotations

from typing import Final

import numpy as np

# Nodes from the centre outwards; every second node, from the second, is Gauss's.
_NODES: Final = np.array([
    0.0, 0.148874338981631210884826001129720, 0.294392862701460198131126603103866, 0.433395394129247190799265943165784,
    0.562757134668604683339000099272694, 0.679409568299024406234327365114874, 0.780817726586416897063717578345042,
    0.865063366688984510732096688423493, 0.930157491355708226001207180059508, 0.973906528517171720077964012084452,
    0.995657163025808080735527280689003,
])  # fmt: skip
_KRONROD: Final = np.array([
    0.149445554002916905664936468389821, 0.147739104901338491374841515972068, 0.142775938577060080797094273138717,
    0.134709217311473325928054001771707, 0.123491976262065851077958109585166, 0.109387158802297641899210590325805,
    0.093125454583697605535065465083366, 0.075039674810919952767043140916190, 0.054755896574351996031381300244580,
    0.032558162307964727478818972459390, 0.011694638867371874278064396062192,
])  # fmt: skip
_GAUSS: Final = np.array([
    0.0, 0.295524224714752870173815619188769, 0.0, 0.269266719309996355091226921569469, 0.0,
    0.219086362515982043995534934228163, 0.0, 0.149451349150580593145863396957697, 0.0,
    0.066671344308688137593568809893332, 0.0,
])  # fmt: skip

NODES: Final = np.concatenate((-_NODES[:0:-1], _NODES))
KRONROD: Final = np.concatenate((_KRONROD[:0:-1], _KRONROD))
DIFFERENCE: Final = KRONROD - np.concatenate((_GAUSS[:0:-1], _GAUSS))
LAST: Final = 0.5 * (1.0 - NODES[-1])  # from an end to the node beside it, in widths of the panel
LOOK: Final = np.concatenate(([-1.0], NODES, [1.0]))  # with the ends, where integrands may peak unseen


def _to_the_end() -> np.ndarray:
    """Weights of the values at the nodes that continue their polynomial to the right end."""
    itself = np.eye(NODES.size, dtype=bool)
    ratios = np.ones(itself.shape)
    np.divide((1.0 - NODES)[:, None], NODES - NODES[:, None], out=ratios, where=~itself)
    return ratios.prod(axis=0)


END: Final = _to_the_end()
