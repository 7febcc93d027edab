"""Wrong answers to the small assignment."""

from autograder.misconceptions import misconception


@misconception("double", hint="0 2 4")
def square(x):
    """Squares."""
    return x * x


@misconception("double")
def no_return(x):
    """Forgets the return."""
    x * 2


@misconception("double", hint="a hint that no check prints")
def unhinted(x):
    """Three times."""
    return 3 * x


@misconception("prediction")
def five():
    """A wrong number."""
    return 5
