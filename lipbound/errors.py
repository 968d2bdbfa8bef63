"""The three ways in which lipbound refuses."""


class DomainError(ValueError):
    """The input lies outside what the mathematics admits; the message gives the value and what would be right."""


class NotCertifiable(ArithmeticError):  # noqa: N818 - it names a state of knowledge, not a mistake
    """No proof was found with the means at hand; this never says that the statement is false."""


class ProofError(AssertionError):
    """A step of a proof does not follow."""
