"""A client's browser: opens pages, fills in their real forms, sends them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from urllib.parse import urljoin, urlsplit

import httpx

from cli.demo.checks import expect

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile"

Attributes = list[tuple[str, str | None]]


@dataclass
class Page:
    """A page as it was answered: `fields` of all its forms with what stands in them, errors by field."""

    url: str
    status: int
    text: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)

    def link(self, ending: str) -> str:
        """The address of the first link that holds these words."""
        found = [urljoin(self.url, link) for link in self.links if ending in link]
        expect(bool(found), f"the page {_short(self.url)} has no link to {ending}")
        return found[0]


class Browser:
    """Keeps no cookies, runs no scripts, and tells where its forms come from, as browsers do."""

    def __init__(self) -> None:
        self._http = httpx.Client(headers={"User-Agent": PHONE}, follow_redirects=True, trust_env=False, timeout=15)

    def __enter__(self) -> "Browser":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def open(self, url: str) -> Page:
        page = _page(self._http.get(url))
        expect(page.status == httpx.codes.OK, f"the page {_short(url)} answered {page.status} instead of 200")
        return page

    def download(self, url: str) -> bytes:
        answer = self._http.get(url)
        expect(answer.status_code == httpx.codes.OK, f"the file {_short(url)} answered {answer.status_code}")
        return answer.content

    def send(self, page: Page, values: Mapping[str, str]) -> Page:
        """Fill in the page's form, over what stands there, and send it."""
        strange = [name for name in values if name not in page.fields]
        expect(not strange, f"the page {_short(page.url)} does not ask for {', '.join(strange)}")
        given = {**{name: texts for name, texts in page.fields.items() if any(texts)}, **values}
        parts = urlsplit(page.url)
        return _page(self._http.post(page.url, data=given, headers={"Origin": f"{parts.scheme}://{parts.netloc}"}))


def _page(answer: httpx.Response) -> Page:
    reader = _Reader(Page(str(answer.url), answer.status_code, answer.text))
    reader.feed(answer.text)
    return reader.page


def _short(url: str) -> str:
    """Without the token."""
    return "/".join(urlsplit(url).path.split("/")[:2]) + "/..."


class _Reader(HTMLParser):
    """Reads the controls, the errors and the links of a page."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self._area = self._select = self._error = ""

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag in ("input", "button", "textarea", "select") and name:
            self._control(tag, name, found)
        elif tag == "option" and "selected" in found:
            self.page.fields[self._select].append(found.get("value", ""))
        elif tag == "a":
            self.page.links.append(found.get("href", ""))
        elif tag == "p" and found.get("class") == "error":
            self._error = found.get("id", "").removesuffix("-error")

    def _control(self, tag: str, name: str, found: dict[str, str]) -> None:
        values = self.page.fields.setdefault(name, [])
        if tag == "textarea":
            self._area = name
        elif tag == "select":
            self._select = name
        elif tag == "input" and (found.get("type") not in ("radio", "checkbox") or "checked" in found):
            values.append(found.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            self.page.fields[self._area].append(data.removeprefix("\n"))
        if self._error and data.strip() not in ("", "Error:"):
            self.page.errors[self._error] = data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "p":
            self._error = ""
