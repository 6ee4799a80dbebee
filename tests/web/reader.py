"""A page as somebody reads it: its words, its controls with what stands in them, and its errors by control."""

from html.parser import HTMLParser

import httpx

Attributes = dict[str, str]


class Page(HTMLParser):
    """Built from an answer; `values`, `errors`, `links`, `focus` are by name or in order."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer = answer
        self.status = answer.status_code
        self.values: dict[str, list[str]] = {}
        self.errors: dict[str, str] = {}
        self.links: list[str] = []
        self.tags: list[str] = []
        self.controls: dict[str, Attributes] = {}
        self.ids: set[str] = set()
        self.focus = ""
        self._words: list[str] = []
        self._area = self._error = self._select = ""
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.feed(answer.text)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.ids.add(found.get("id", ""))
        if "autofocus" in found:
            self.focus = found.get("name", "")
        if tag in ("input", "textarea", "select") and "name" in found:
            self._control(tag, found)
        elif tag == "option" and "selected" in found:
            self.values[self._select].append(found.get("value", ""))
        elif tag == "a":
            self.links.append(found.get("href", ""))
        elif tag == "p" and found.get("class") == "error":
            self._error = found["id"].removesuffix("-error")

    def _control(self, tag: str, found: Attributes) -> None:
        name = found["name"]
        self.controls[name] = found
        values = self.values.setdefault(name, [])
        self._area = name if tag == "textarea" else ""
        self._select = name if tag == "select" else self._select
        if tag == "input" and (found.get("type") not in ("radio", "checkbox") or "checked" in found):
            values.append(found.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area].append(data.removeprefix("\n"))
        elif self._error and data.strip() not in ("", "Error:"):
            self.errors[self._error] = data.strip()
        self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area
        self._error = "" if tag == "p" else self._error
