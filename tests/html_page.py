"""What tests ask of a page: that it is well formed, stands alone, and what a reader sees on it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from bs4 import BeautifulSoup

_VOID = {"meta", "br", "wbr", "hr", "img", "input", "link"}


class _Nesting(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        self.wrong += [f"{tag} has {key}" for key, _ in attrs if key.startswith("on") or key in ("src", "srcset")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")


def problems(page: str) -> list[str]:
    """What keeps `page` from being one well-formed HTML file that needs nothing else; best empty."""
    nesting = _Nesting()
    nesting.feed(page)
    nesting.close()
    found = nesting.wrong + [f"<{tag}> stays open" for tag in nesting.open]
    soup = BeautifulSoup(page, "html.parser")
    found += [f"<{tag}>" for tag in ("script", "iframe", "object", "link", "img", "base") if soup.find(tag)]
    found += [f"link to {a['href']}" for a in soup.find_all("a") if not re.match(r"#|\./", str(a["href"]))]
    targets = {tag["id"] for tag in soup.find_all(id=True)}
    found += [
        f"no target {a['href']}"
        for a in soup.find_all("a")
        if str(a["href"]).startswith("#") and str(a["href"])[1:] not in targets
    ]
    style = soup.find("style")
    found += re.findall(r"@import.*|url\((?!#).*", style.get_text() if style else "")
    if not page.startswith("<!DOCTYPE html>"):
        found.append("no doctype")
    page.encode("utf-8")
    found += [f"control character {ord(c):#x}" for c in set(re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", page))]
    return found


def text(page: str) -> str:
    """The text of a page, with single spaces."""
    soup = BeautifulSoup(page, "html.parser")
    return " ".join(soup.find("main").get_text().split())  # type: ignore[union-attr]
