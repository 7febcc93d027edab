"""Small charts as inline SVG.

Lengths across are percentages, so that a chart fits a phone and stays sharp in print; text keeps its size in
pixels. Every chart carries its numbers in words as its label.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from autograder.pages import SYMBOLS, Tone, number, plural

BAR_HEIGHT = 26
_CHARACTER_WIDTH = 2.9  # of a label in a bar, in percent of a phone's width

# Each tone has a texture as well as a colour; None is plain.
_TEXTURES: dict[Tone, str | None] = {
    Tone.PASSED: None,
    Tone.FAILED: '<path d="M-1 9L9 -1M-1 1L1 -1M7 9L9 7"/>',
    Tone.ERROR: '<path d="M-1 -1L9 9M7 -1L9 1M-1 7L1 9"/>',
    Tone.MISSING: '<circle cx="4" cy="4" r="1"/>',
    Tone.STOPPED: '<path d="M4 0V8"/>',
    Tone.UNGRADED: '<path d="M0 4H8M4 0V8"/>',
    Tone.WAITING: '<path d="M0 4H8"/>',
}


def textures() -> Markup:
    """The patterns that `stacked_bar` and `swatch` refer to; once a page, before the first chart."""
    patterns = "".join(
        f'<pattern id="texture-{tone}" width="8" height="8" patternUnits="userSpaceOnUse">{shape}</pattern>'
        for tone, shape in _TEXTURES.items()
        if shape
    )
    return Markup(f'<svg class="textures" width="0" height="0" aria-hidden="true"><defs>{patterns}</defs></svg>')


def _segment(tone: Tone, left: float, width: float, height: int) -> str:
    box = f'x="{left:.3f}%" y="0" width="{width:.3f}%" height="{height}"'
    texture = f'<rect {box} fill="url(#texture-{tone})"/>' if _TEXTURES[tone] else ""
    return f'<rect {box} class="fill-{tone} edge"/>{texture}'


def swatch(tone: Tone) -> Markup:
    """The colour and texture of `tone`, for a legend."""
    return Markup(f'<svg class="swatch" width="22" height="14" aria-hidden="true">{_segment(tone, 0, 100, 14)}</svg>')


def stacked_bar(counts: Sequence[tuple[Tone, int]]) -> Markup:
    """One bar across the whole width, its parts as wide as their counts, each with its sign and number."""
    total = sum(count for _, count in counts)
    label = ", ".join(f"{count} {tone}" for tone, count in counts if count)
    parts, left = [], 0.0
    for tone, count in counts:
        if not count:
            continue
        width = 100 * count / total
        parts.append(_segment(tone, left, width, BAR_HEIGHT))
        text = f"{SYMBOLS[tone]} {count}"
        if width >= _CHARACTER_WIDTH * len(text):
            middle = f'x="{left + width / 2:.3f}%" y="{BAR_HEIGHT / 2 + 5:g}" text-anchor="middle"'
            parts.append(f'<text {middle} class="on-{tone}">{text}</text>')
        left += width
    return _svg("bar", BAR_HEIGHT, label, parts)


def share_bar(share: float, tone: Tone, height: int = 10) -> Markup:
    """A track of the full width, filled from the left to `share` of 1."""
    share = min(max(share, 0.0), 1.0)
    track = f'<rect width="100%" height="{height}" class="track"/>'
    filled = _segment(tone, 0, 100 * share, height) if share > 0 else ""
    return _svg("bar", height, f"{100 * share:.0f} percent", [track, filled])


def bin_edges(top: float) -> list[float]:
    """Edges of at most 20 equal bins from 0 to `top`, at round numbers; the last may be shorter."""
    if not (math.isfinite(top) and top > 0):
        return [0.0, 1.0]
    scale = 10.0 ** math.floor(math.log10(top) - 1)
    widths = [step * scale for step in (0.5, 1, 2, 2.5, 5, 10) if top / (step * scale) <= 20]
    width = next((w for w in widths if math.isclose(top / w, round(top / w))), widths[0])
    whole = math.floor(top / width + 1e-9)
    edges = [i * width for i in range(whole + 1)]
    return edges if math.isclose(edges[-1], top) else [*edges, top]


def bin_counts(values: Sequence[float], edges: Sequence[float]) -> list[int]:
    """How many values each bin holds, its left edge included; the outer bins hold all that lies beyond."""
    counts = [0] * (len(edges) - 1)
    for value in values:
        inside = sum(value >= edge - 1e-9 for edge in edges[1:-1])
        counts[inside] += 1
    return counts


def histogram(values: Sequence[float], top: float, mark: float, mark_name: str) -> Markup:
    """How often each range of `values` in [0, top] occurs, the number on each bar, one value marked.

    The axes' titles are the page's, so that they can wrap.
    """
    edges = bin_edges(top)
    counts = bin_counts(values, edges)
    highest = max([*counts, 1])
    roof, floor = 36.0, 196.0
    at = [100 * edge / edges[-1] for edge in edges]
    columns, values_above = [], []
    for count, left, right in zip(counts, at, at[1:], strict=False):
        if not count:
            continue
        size = (floor - roof) * count / highest
        sides = f'x="{left + 0.25:.3f}%" width="{right - left - 0.5:.3f}%"'
        columns.append(f'<rect {sides} y="{floor - size:.1f}" height="{size:.1f}" class="column"/>')
        middle = f'x="{(left + right) / 2:.3f}%" y="{floor - size - 4:.1f}" text-anchor="middle"'
        values_above.append(f'<text {middle} class="value">{count}</text>')
    axis = f'<line x1="0%" x2="100%" y1="{floor:g}" y2="{floor:g}" class="axis"/>'
    place = 100 * min(max(mark / edges[-1], 0), 1)
    anchor, gap = ("end", -5) if place > 50 else ("start", 5)
    marked = (
        f'<line x1="{place:.3f}%" x2="{place:.3f}%" y1="2" y2="{floor:g}" class="mark"/>'
        f'<text x="{place:.3f}%" y="13" dx="{gap}" text-anchor="{anchor}" class="mark-name">'
        f"{mark_name} {number(mark)}</text>"
    )
    told = ", ".join(
        f"{number(left)} to {number(right)}: {plural(count, 'submission')}"
        for count, left, right in zip(counts, edges, edges[1:], strict=False)
        if count
    )
    parts = [*columns, axis, *_ticks(edges, at, floor), marked, *values_above]
    return _svg("histogram", 216, f"{mark_name} {number(mark)}; {told}", parts)


def _svg(kind: str, height: int, label: str, parts: Sequence[str]) -> Markup:
    return Markup(
        f'<svg class="{kind}" width="100%" height="{height}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    )


def _ticks(edges: Sequence[float], at: Sequence[float], floor: float) -> list[str]:
    """Numbers under the axis: every second one where they would crowd, the first and the last always."""
    last = len(edges) - 1
    step = 1 if last <= 10 else 2
    ticks = []
    for i, (edge, place) in enumerate(zip(edges, at, strict=True)):
        if i != last and (i % step or last - i < step):
            continue
        anchor = "start" if i == 0 else "end" if i == last else "middle"
        position = f'x="{place:.3f}%" y="{floor + 16:g}" text-anchor="{anchor}"'
        ticks.append(f'<text {position} class="tick">{number(edge)}</text>')
    return ticks
