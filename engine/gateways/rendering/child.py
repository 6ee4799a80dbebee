"""The limited process that renders templates: `python -m engine.gateways.rendering.child SECONDS MEGABYTES`."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Template

from engine.gateways.rendering.agreement import agreement
from engine.gateways.rendering.brand import Brand
from engine.gateways.rendering.filters import ENVIRONMENT, use
from engine.gateways.rendering.letter import LEAVE, LINK, LetterSource, letter
from engine.gateways.rendering.limits import serve
from engine.gateways.rendering.sandbox import ZONE, compiled, rendered
from engine.language.calendar import WorkCalendar
from engine.language.locales import LOCALE
from engine.language.resources import Calendar
from engine.language.values import decode, encode


def answer(request: bytes) -> bytes:
    asked = decode(request.decode())
    calendar = _calendar(asked["calendar"])
    ZONE.set(calendar.zone)
    LOCALE.set(asked.get("locale") or "")
    use(calendar)
    return encode(_KINDS[asked["kind"]](asked)).encode()


def _text(asked: Mapping[str, Any]) -> str:
    return rendered(_compiled(asked["template"]), asked["scope"])


def _mail(asked: Mapping[str, Any]) -> dict[str, str]:
    source = LetterSource(**asked["template"], brand=Brand(**asked["brand"]))
    return letter(source).filled({**asked["scope"], LINK: asked["link"], LEAVE: asked["leave"]})


def _document(asked: Mapping[str, Any]) -> dict[str, str]:
    return agreement(**asked["template"]).filled(asked["scope"], Brand(**asked["brand"]))


@lru_cache(maxsize=16)
def _calendar(written: str) -> WorkCalendar:
    return WorkCalendar.of(Calendar.model_validate_json(written)) if written else WorkCalendar()


@lru_cache(maxsize=256)
def _compiled(source: str) -> Template:
    return compiled(ENVIRONMENT, source)


_KINDS: dict[str, Callable[[Mapping[str, Any]], Any]] = {"text": _text, "mail": _mail, "document": _document}

if __name__ == "__main__":
    serve(answer)
