"""Names in words: ids as people read them, and what steps, people and systems are called in a text."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

_CALLED: ContextVar[Mapping[str, Mapping[str, str]]] = ContextVar("called", default=MappingProxyType({}))


def words(name: str) -> str:
    """An id in words: `contract_not_signed` is `contract not signed`."""
    return name.replace("_", " ").replace("-", " ").replace(".", " ").strip()


def named(name: str) -> str:
    """An id as the name of something: `client-welcome` is `“Client welcome”`."""
    return f"“{capital(words(name))}”"


@contextmanager
def calling(
    steps: Mapping[str, str] = {}, people: Mapping[str, str] = {}, connections: Mapping[str, str] = {}
) -> Iterator[None]:
    """In here steps, people, groups and connections with these ids are called so, and not by their ids in words."""
    token = _CALLED.set({"steps": steps, "people": people, "connections": connections})
    try:
        yield
    finally:
        _CALLED.reset(token)


def called(kind: str, name: str) -> str:
    """What this is called here; empty where nothing was said."""
    return _CALLED.get().get(kind, {}).get(name, "")


def step_called(step: str) -> str:
    """A step of the process."""
    return called("steps", step) or named(step)


def connection(name: str) -> str:
    """An outside system by its title."""
    return called("connections", name) or named(name)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def listed(items: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *most, end = tuple(items) or ("nobody",)
    return f"{', '.join(most)} {last} {end}" if most else end
