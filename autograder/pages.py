"""What every HTML page shares: the template environment, harmless text, numbers and verdicts in words."""

from __future__ import annotations

import enum
import functools
import re
import urllib.parse
from collections.abc import Mapping

import jinja2
from markupsafe import Markup, escape

from autograder.results import Verdict

NAME_CHARACTERS = 80
SENTENCE_CHARACTERS = 600
MESSAGE_CHARACTERS = 4_000
MESSAGE_LINES = 80
CODE_CHARACTERS = 20_000
CODE_LINES = 400


class Tone(enum.StrEnum):
    """The few looks that verdicts have on a page; the value is the CSS class and the word in legends."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    MISSING = "missing"
    STOPPED = "stopped"
    UNGRADED = "ungraded"
    WAITING = "waiting"


TONES: Mapping[Verdict, Tone] = {
    Verdict.PASSED: Tone.PASSED,
    Verdict.FAILED: Tone.FAILED,
    Verdict.REFUSED: Tone.FAILED,
    Verdict.ERROR: Tone.ERROR,
    Verdict.MISSING: Tone.MISSING,
    Verdict.TIMEOUT: Tone.STOPPED,
    Verdict.OUT_OF_MEMORY: Tone.STOPPED,
    Verdict.TOO_MUCH_OUTPUT: Tone.STOPPED,
    Verdict.LIMIT: Tone.STOPPED,
    Verdict.KILLED: Tone.STOPPED,
    Verdict.MALFORMED: Tone.UNGRADED,
    Verdict.WRONG_ASSIGNMENT: Tone.UNGRADED,
    Verdict.NOT_GRADED: Tone.UNGRADED,
    Verdict.MANUAL: Tone.WAITING,
}

# Plain text signs, none of which a system font turns into a coloured picture.
SYMBOLS: Mapping[Tone, str] = {
    Tone.PASSED: "✓",
    Tone.FAILED: "✗",
    Tone.ERROR: "!",
    Tone.MISSING: "○",
    Tone.STOPPED: "■",
    Tone.UNGRADED: "?",
    Tone.WAITING: "…",
}

MEANINGS: Mapping[Tone, str] = {
    Tone.PASSED: "every test passes",
    Tone.FAILED: "a test found a wrong answer",
    Tone.ERROR: "the code raised an error",
    Tone.MISSING: "not written",
    Tone.STOPPED: "went over a limit, or ended early",
    Tone.UNGRADED: "could not be graded",
    Tone.WAITING: "waits for a person",
}

_TICKED = re.compile(r"`([^`]+)`")
_TERMINAL_COLOURS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
# Controls become their visible pictures (U+2400…); what could reorder or break the page becomes U+FFFD.
_HARMLESS = (
    {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"}
    | {code: 0xFFFD for code in range(0x7F, 0xA0)}
    | {code: 0xFFFD for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF)}
)


def _harmless(text: str) -> str:
    text = _TERMINAL_COLOURS.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be written to a file
    return text.translate(_HARMLESS)


def one_line(text: object, characters: int = SENTENCE_CHARACTERS) -> str:
    """`text` on one line, without control characters, at most `characters` long."""
    line = " ".join(_harmless(str(text)[: 4 * characters]).split())
    return line if len(line) <= characters else line[: characters - 1].rstrip() + "…"


def name(text: object) -> str:
    """A student's or an exercise's name, short enough for a table."""
    return one_line(text, NAME_CHARACTERS) or "(no name)"


def block(text: str, characters: int = MESSAGE_CHARACTERS, lines: int = MESSAGE_LINES) -> str:
    """`text` with its line breaks, without control characters; what is cut is said in its last line."""
    rows = _harmless(text[:characters]).strip("\n").split("\n")
    shown = "\n".join(row.rstrip() for row in rows[:lines])
    if len(text) > characters:
        return f"{shown}\n… ({len(text) - characters:,} more characters are not shown)"
    if len(rows) > lines:
        return f"{shown}\n… ({len(rows) - lines:,} more lines are not shown)"
    return shown


def code(text: str) -> str:
    """A student's code, bounded like `block` but longer."""
    return block(text, CODE_CHARACTERS, CODE_LINES)


def breakable(text: object) -> Markup:
    """An escaped name that may be broken after an underscore, so that long function names fit a phone."""
    return Markup("_<wbr>").join(escape(part) for part in name(text).split("_"))


def number(value: float) -> str:
    """Points: at most two decimals, no trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(share: float) -> str:
    """A share of 1 as whole percents; only what is exactly none or all shows as 0 % or 100 %."""
    if 0 < share < 0.005:
        return "< 1 %"
    if 0.995 <= share < 1:
        return "> 99 %"
    return f"{100 * share:.0f} %"


def seconds(value: float) -> str:
    """A duration: one decimal under ten seconds, whole seconds above."""
    if value < 0.05:
        return "< 0.1 s"
    return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"


def duration(seconds: float) -> str:
    """A longer time in its two largest units, rounded down: `3 days 2 hours`, `1 minute`."""
    minutes = int(max(seconds, 0)) // 60
    parts = [(minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute")]
    first = next((index for index, (count, _) in enumerate(parts) if count), None)
    if first is None:
        return "less than a minute"
    return " ".join(plural(count, unit) for count, unit in parts[first : first + 2] if count)


def prose(text: object, characters: int = SENTENCE_CHARACTERS) -> Markup:
    """`one_line`, escaped, with what stands between backticks set as code."""
    return Markup(_TICKED.sub(r"<code>\1</code>", str(escape(one_line(text, characters)))))


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 student`, `3 students`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def relative_link(path: str) -> str:
    """`path` as an address that stays beside the page, whatever characters it has."""
    return "./" + urllib.parse.quote(path.encode("utf-8", "replace"))


@functools.cache
def environment() -> jinja2.Environment:
    """Jinja with escaping always on; an unknown name in a template is an error."""
    jinja = jinja2.Environment(
        loader=jinja2.PackageLoader("autograder", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (one_line, prose, name, block, code, breakable, number, percent, seconds, duration, plural, relative_link)
    jinja.filters |= {function.__name__: function for function in filters}
    jinja.globals |= {"TONES": TONES, "SYMBOLS": SYMBOLS, "MEANINGS": MEANINGS}
    return jinja
