"""The bibliography: statements cite it by key, with a locator."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from .errors import DomainError


class Source(NamedTuple):
    """A publication."""

    authors: str
    title: str
    where: str
    year: int


SOURCES: Mapping[str, Source] = MappingProxyType({
    "Borell75": Source("C. Borell", "The Brunn-Minkowski inequality in Gauss space", "Invent. Math. 30, 207-216", 1975),
    "SudakovTsirelson74": Source(
        "V. N. Sudakov, B. S. Tsirel'son", "Extremal properties of half-spaces for spherically invariant measures",
        "Zap. Nauchn. Sem. LOMI 41, 14-24", 1974),
    "Salmona22": Source(
        "A. Salmona, V. De Bortoli, J. Delon, A. Desolneux", "Can push-forward generative models fit multimodal "
        "distributions?", "Advances in Neural Information Processing Systems 35, arXiv:2206.14476", 2022),
    "CoverThomas06": Source("T. M. Cover, J. A. Thomas", "Elements of Information Theory", "Wiley, 2nd edition", 2006),
    "Kuiper60": Source(
        "N. H. Kuiper", "Tests concerning random points on a circle", "Indagationes Mathematicae 63, 38-47", 1960),
    "Tsybakov09": Source("A. B. Tsybakov", "Introduction to Nonparametric Estimation", "Springer", 2009),
    "Lin91": Source(
        "J. Lin", "Divergence measures based on the Shannon entropy", "IEEE Trans. Inf. Theory 37, 145-151", 1991),
    "Caffarelli00": Source(
        "L. A. Caffarelli", "Monotonicity properties of optimal transportation and the FKG and related inequalities",
        "Commun. Math. Phys. 214, 547-563", 2000),
    "MikulincerShenfeld23": Source(
        "D. Mikulincer, Y. Shenfeld", "On the Lipschitz properties of transportation along heat flows",
        "Geometric Aspects of Functional Analysis, Springer, arXiv:2201.01382", 2023),
    "Chernoff81": Source(
        "H. Chernoff", "A note on an inequality involving the normal distribution", "Ann. Probab. 9, 533-535", 1981),
    "Talagrand96": Source(
        "M. Talagrand", "Transportation cost for Gaussian and other product measures",
        "Geom. Funct. Anal. 6, 587-600", 1996),
    "BobkovGoetze99": Source(
        "S. G. Bobkov, F. Goetze", "Exponential integrability and transportation cost related to logarithmic Sobolev "
        "inequalities", "J. Funct. Anal. 163, 1-28", 1999),
    "DonskerVaradhan75": Source(
        "M. D. Donsker, S. R. S. Varadhan", "Asymptotic evaluation of certain Markov process expectations for large "
        "time, I", "Comm. Pure Appl. Math. 28, 1-47", 1975),
    "Federer69": Source("H. Federer", "Geometric Measure Theory", "Springer", 1969),
    "Song21": Source(
        "Y. Song, J. Sohl-Dickstein, D. P. Kingma, A. Kumar, S. Ermon, B. Poole", "Score-based generative modeling "
        "through stochastic differential equations", "ICLR, arXiv:2011.13456", 2021),
})  # fmt: skip
ISOPERIMETRY: Final = ("Borell75", "SudakovTsirelson74")  # of the Gaussian: half-spaces grow least


def cite(citation: str) -> str:
    """The full reference for `KEY` or `KEY, locator`.

    >>> cite("Borell75")
    'C. Borell, The Brunn-Minkowski inequality in Gauss space, Invent. Math. 30, 207-216 (1975)'
    """
    key, _, locator = citation.partition(", ")
    if key not in SOURCES:
        raise DomainError(f"{key!r} is not in the bibliography: it knows {', '.join(SOURCES)}")
    source = SOURCES[key]
    full = f"{source.authors}, {source.title}, {source.where} ({source.year})"
    return f"{full}, {locator}" if locator else full
