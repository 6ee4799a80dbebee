"""A list that comes in pages: all of them, as one list."""

import re
from collections.abc import Mapping
from dataclasses import replace
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from activities.line import Line
from engine.gateways.answers import HttpResponse
from engine.gateways.http import HttpRequest
from engine.gateways.outcome import Refused
from engine.gateways.outgoing import same_origin
from engine.language.connections import Pages
from engine.language.payload import dig

LONGEST = 60.0  # seconds for all pages together: what is fetched must be done within the time of one effect
MOST = 10_000  # entries
_LINK = re.compile(r"<([^>]*)>([^<]*)")


async def listed(line: Line, request: HttpRequest, pages: Pages, target: str) -> tuple[list[Any], bool]:
    """The entries of all pages, and whether these were all. Raises as callers do."""
    found: list[Any] = []
    asked: HttpRequest | None = request
    known: set[str] = set()
    end = monotonic() + LONGEST
    for _ in range(pages.max):
        if asked is None or monotonic() > end or len(found) > MOST:
            break
        known.add(asked.url)
        asked = replace(asked, timeout=min(request.timeout, max(end - monotonic(), 1.0)))
        answer = await line.ask(asked, target)
        entries = _entries(asked, answer.json, pages)
        found += entries
        asked = _onward(_following(asked, answer, pages), known, bool(entries))
    return found[:MOST], asked is None and len(found) <= MOST


def _onward(following: HttpRequest | None, known: set[str], more: bool) -> HttpRequest | None:
    """The next page, unless it was there before. After an empty one that is an end, as some systems say it; after
    entries nobody knows which are missing, and which came twice. Raises Refused."""
    if following is None or following.url not in known:
        return following
    if more:
        words = "names as the next page one that it has given already, so the list would never end"
        raise Refused("next_page", f"{following.host} {words}; see `pages` of the operation in connections.yaml.")
    return None


def _entries(request: HttpRequest, answer: Any, pages: Pages) -> list[Any]:
    entries = dig(answer, pages.items) if pages.items else answer
    if entries is None and answer is not None and pages.items:
        return []
    if not isinstance(entries, list):
        where = f"at `{pages.items}`" if pages.items else "as the whole answer"
        raise Refused("no_list", f"{request.host} answered without a list {where}; `pages` says where it stands.")
    return entries


def _following(request: HttpRequest, answer: HttpResponse, pages: Pages) -> HttpRequest | None:
    """The request for the next page; None after the last one. Raises Refused for a page of another host."""
    if pages.cursor:
        cursor = dig(answer.json, pages.cursor)
        name = pages.parameter or pages.cursor.rpartition(".")[2]
        url = _with(request.url, name, str(cursor)) if cursor not in (None, "", False) else ""
    else:
        written = _link(answer.headers) if pages.next == "Link" else dig(answer.json, pages.next or "")
        url = urljoin(request.url, written) if isinstance(written, str) and written else ""
    if not url:
        return None
    if not same_origin(request.url, url):
        raise Refused("next_page", f"The next page of {request.host} is at another host; that is not followed.")
    return replace(request, url=url)


def _with(url: str, name: str, value: str) -> str:
    parts = urlsplit(url)
    pairs = [(n, v) for n, v in parse_qsl(parts.query, keep_blank_values=True) if n != name]
    return parts._replace(query=urlencode([*pairs, (name, value)])).geturl()


def _link(headers: Mapping[str, str]) -> str:
    """The address with `rel="next"` of the header Link."""
    for url, parameters in _LINK.findall(headers.get("link", "")):
        if re.search(r'\brel="?([^";]*\s)?next\b', parameters):
            return str(url)
    return ""
