"""Gauss-Kronrod quadrature on [-1, 1]: the finer rule and its difference from the coarser one inside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

Vector = np.ndarray[tuple[int], np.dtype[np.float64]]


class Rule(NamedTuple):
    """Where integrands are looked at: at the nodes, and perhaps at both ends, as they may peak there unseen.

    The weights are those of the nodes alone.
    """

    look: Vector
    kronrod: Vector
    difference: Vector
    end: Vector  # of the values at the nodes, to continue their polynomial to the right end
    beside: float  # from an end to the node beside it, in widths of the panel

    @property
    def nodes(self) -> Vector:
        """Without the ends."""
        return self.look if self.look.size == self.kronrod.size else self.look[1:-1]


def _rule(half: Vector, kronrod: Vector, gauss: Vector, ends: Sequence[float] = ()) -> Rule:
    """The rule from its nodes >= 0, from the centre outwards; `gauss` is 0 where the coarser rule has none."""
    nodes, fine, coarse = (np.concatenate((s * x[:0:-1], x)) for s, x in ((-1, half), (1, kronrod), (1, gauss)))
    look = np.concatenate((ends[:1], nodes, ends[1:]))
    return Rule(look, fine, fine - coarse, _to_the_end(nodes), 0.5 * (1.0 - float(nodes[-1])))


def _to_the_end(nodes: Vector) -> Vector:
    itself = np.eye(nodes.size, dtype=bool)
    ratios = np.ones(itself.shape)
    np.divide((1.0 - nodes)[:, None], nodes - nodes[:, None], out=ratios, where=~itself)
    return ratios.prod(axis=0)


LONG: Final = _rule(
    np.array([
        0.0, 0.148874338981631210884826001129720, 0.294392862701460198131126603103866,
        0.433395394129247190799265943165784, 0.562757134668604683339000099272694, 0.679409568299024406234327365114874,
        0.780817726586416897063717578345042, 0.865063366688984510732096688423493, 0.930157491355708226001207180059508,
        0.973906528517171720077964012084452, 0.995657163025808080735527280689003,
    ]),
    np.array([
        0.149445554002916905664936468389821, 0.147739104901338491374841515972068, 0.142775938577060080797094273138717,
        0.134709217311473325928054001771707, 0.123491976262065851077958109585166, 0.109387158802297641899210590325805,
        0.093125454583697605535065465083366, 0.075039674810919952767043140916190, 0.054755896574351996031381300244580,
        0.032558162307964727478818972459390, 0.011694638867371874278064396062192,
    ]),
    np.array([
        0.0, 0.295524224714752870173815619188769, 0.0, 0.269266719309996355091226921569469, 0.0,
        0.219086362515982043995534934228163, 0.0, 0.149451349150580593145863396957697, 0.0,
        0.066671344308688137593568809893332, 0.0,
    ]),
    (-1.0, 1.0),
)  # fmt: skip

SHORT: Final = _rule(
    np.array([
        0.0, 0.279630413161783193413466522748977, 0.538469310105683091036314420700209,
        0.754166726570849220440817166946116, 0.906179845938663992797626878299393, 0.984085360094842464496172934636139,
    ]),
    np.array([
        0.282987417857491213204255601371106, 0.272849801912558922340993264484456, 0.241040339228647586699942611223262,
        0.186800796556492657467800026878486, 0.115233316622473394024626845880574, 0.0425820367510818328645094508476701,
    ]),
    np.array([
        0.568888888888888888888888888888889, 0.0, 0.478628670499366468041291514835638, 0.0,
        0.236926885056189087514264040719917, 0.0,
    ]),
)  # fmt: skip
