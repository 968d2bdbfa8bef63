"""The three ways in which lipbound refuses."""


class DomainError(ValueError):
    """The input lies outside what the mathematics admits; the message gives the value and what would be right.

    >>> from lipbound.exact import exact
    >>> exact("one half")
    Traceback (most recent call last):
    lipbound.errors.DomainError: 'one half' is not a finite number: give an int, ... or a string such as '0.1' or '1/3'
    """


class NotCertifiable(ArithmeticError):
    """No proof was found with the means at hand; this never says that the statement is false.

    >>> issubclass(NotCertifiable, ArithmeticError)
    True
    """


class ProofError(AssertionError):
    """A step of a proof does not follow.

    >>> issubclass(ProofError, AssertionError)
    True
    """
