"""What a failing check raises, and how it is shown."""

from __future__ import annotations

_RED, _PLAIN = "\x1b[1;31m", "\x1b[0m"


class CheckFailed(AssertionError):  # noqa: N818  (students read the name: a check failed)
    """A student's result is not right; the text says why.

    headline: one sentence, what is wrong.
    hint: why, where that is known. Like the headline it holds no number of the expected value, so that both
        may be shown for a hidden test as well.
    expected, got: both values as text (or None where there is nothing to show); for visible checks alone.
    """

    def __init__(
        self, headline: str, hint: str | None = None, expected: str | None = None, got: str | None = None
    ) -> None:
        super().__init__(headline, hint, expected, got)
        self.headline = headline
        self.hint = hint
        self.expected = expected
        self.got = got

    def __str__(self) -> str:
        blocks = [self.headline, self.hint, _labelled("Expected", self.expected), _labelled("Got", self.got)]
        return "\n".join(block for block in blocks if block)

    def _render_traceback_(self) -> list[str]:
        """IPython shows these lines instead of a traceback (its own hook, 7.x to 9.x)."""
        first, *rest = str(self).split("\n")
        return [f"{_RED}✗ {first}{_PLAIN}", *rest]


def sentence(name: str, rest: str) -> str:
    """'the result', 'has the wrong shape' → 'The result has the wrong shape.' A single word is a name in code."""
    name = name[:1].upper() + name[1:] if " " in name and "(" not in name else f"`{name.strip('`')}`"
    text = f"{name} {rest}"
    return text if text.endswith((".", "!", "?")) else text + "."


def _labelled(label: str, text: str | None) -> str | None:
    if text is None:
        return None
    return f"{label}:\n{text}" if "\n" in text else f"{label}: {text}"
