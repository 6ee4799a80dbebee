"""The line to one outside system: its address, how it knows us, and what is written down of every request."""

import logging
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy.exc import SQLAlchemyError

from activities.world import World
from engine.gateways.access import Grant
from engine.gateways.http import HttpCaller, HttpRequest, HttpResponse
from engine.gateways.outcome import Deferred, Refused, Unconfirmed
from engine.gateways.outgoing import plain
from engine.language.connections import Connection, Operation
from engine.language.evaluator import EvaluationError, render
from engine.language.expressions import parse_template
from engine.runtime.effects import Effect
from engine.runtime.flow import StepError
from engine.store import requests
from engine.store.requests import Attempt

log = logging.getLogger("baton.calls")

LONGEST = 60.0  # seconds for one request; a longer one would outlive the time that its effect has
REDIRECTS = 5
SHORTEST = 4  # characters of a secret that is masked: taking out less would take the words apart
_INPUT = re.compile(r"\binputs\s*(?:\.\s*(\w+)|\[\s*[\"'](\w+))")


def value_of(world: World, written: str) -> str:
    """A text as it is written, or what the environment variable of `env:NAME` holds. Raises StepError."""
    return secret(world, written.removeprefix("env:")) if written.startswith("env:") else written


def secret(world: World, name: str | None) -> str:
    """What the environment variable holds. Raises StepError where it is not set."""
    value = world.secrets.get(name or "")
    if not value:
        raise StepError(
            "not_configured",
            f"the environment variable {name} is not set where Baton runs; set it, start Baton again, retry",
        )
    return value


@dataclass(frozen=True)
class Recorded:
    """A caller that writes every attempt down: when, where to, and how it went; nothing that was said."""

    world: World
    effect: Effect
    connection: str
    target: str  # the path as the connection writes it, so without anybody's data

    async def call(self, request: HttpRequest) -> HttpResponse:
        """As the caller inside. Raises the same."""
        began = perf_counter()
        status, error = 0, ""
        try:
            answer = await self.world.caller.call(request)
        except (Deferred, Refused, Unconfirmed) as problem:
            status, error = _status(problem.code), problem.code
            raise
        else:
            status = answer.status
            return answer
        finally:
            if status or error:  # cut off in the middle: the next attempt tells
                await self.note(request.method, request.host, status, perf_counter() - began, error)

    async def note(self, method: str, host: str, status: int, seconds: float, error: str) -> None:
        """Keep what is known of one attempt. That it cannot be kept is no reason to do it again."""
        own = (self.effect.key, self.effect.case, self.effect.path, self.connection)
        at = datetime.now(UTC) - timedelta(seconds=seconds)
        attempt = Attempt(*own, at, method, host, self.target, status, round(seconds * 1000), error)
        try:
            await self.world.store.write(lambda c: requests.add(c, attempt))
        except SQLAlchemyError:
            log.warning("an attempt at %s could not be written down", self.connection, exc_info=True)

    async def aclose(self) -> None:
        """Nothing of its own."""


class Line:
    """What a call needs of its connection. Raises StepError where a variable is not set."""

    def __init__(self, world: World, effect: Effect, name: str, connection: Connection) -> None:
        self.world, self.effect, self.name, self.connection = world, effect, name, connection
        self.grant = _grant(world, connection) if connection.auth == "oauth2" else None
        self._shown: set[str] = set()  # secrets that are in no variable as they are shown: access tokens, basic pairs

    def caller(self, target: str) -> HttpCaller:
        return Recorded(self.world, self.effect, self.name, target.partition("?")[0])

    def request(self, operation: Operation, inputs: Mapping[str, Any], key: str) -> HttpRequest:
        """The request without an access token. Raises Refused and StepError for inputs that cannot be sent."""
        connection = self.connection
        knows = connection.idempotency_header.lower() != "none"
        sent = None if operation.method == "GET" else inputs
        return HttpRequest(
            method=operation.method,
            url=self._url(operation, inputs),
            json=sent if operation.body == "json" else None,
            form=sent if operation.body == "form" else None,
            headers=self._headers(),
            timeout=min(float(connection.timeout), LONGEST),
            idempotency_key=key if knows else "",
            idempotency_header=connection.idempotency_header,
            redirects=REDIRECTS if operation.follow_redirects else 0,
            largest=operation.max_kb * 1024,
            secret=secret(self.world, connection.signing_secret) if connection.signing_secret else "",
            message_id=f"msg_{key[:32]}",
        )

    async def ask(self, request: HttpRequest, target: str) -> HttpResponse:
        """The answer. An access token that is not taken any more is fetched anew, once. Raises as callers do."""
        if self.grant is None:
            return await self.caller(target).call(request)
        token = await self._token(self.grant)
        try:
            return await self.caller(target).call(_bearing(request, token))
        except Refused as problem:
            if problem.code != "http_401":
                raise
        self.world.tokens.forget(self.grant, token)
        return await self.caller(target).call(_bearing(request, await self._token(self.grant)))

    async def ready(self) -> None:
        """Whatever must be there before a request can go out, so that it fails before and not in the middle."""
        if self.grant:
            await self._token(self.grant)

    @contextmanager
    def discreet(self) -> Iterator[None]:
        """What is raised in here tells no secret, whoever shows it."""
        try:
            yield
        except (Deferred, Refused, Unconfirmed) as problem:
            problem.message = self.masked(problem.message)
            problem.args = (problem.message,)  # what logs and the engine's history show
            raise

    def masked(self, words: str) -> str:
        """The words without any secret of this connection: other systems repeat what they are told, and an address
        from a variable may be a secret as a whole."""
        values = (self.world.secrets.get(name) or "" for name in self.connection.variables)
        for value in (*self._shown, *values):
            for secret_ in (value, quote(value, safe=""), _path(value)):
                words = words.replace(secret_, "***") if len(secret_) >= SHORTEST else words
        return words

    async def _token(self, grant: Grant) -> str:
        token = await self.world.tokens.get(self.caller("(access token)"), grant)
        self._shown.add(token)
        return token

    def _url(self, operation: Operation, inputs: Mapping[str, Any]) -> str:
        base = value_of(self.world, self.connection.base_url or "")
        path, mark, query = operation.path.partition("?")
        written = _sound(path, self._filled(path, inputs)).lstrip("/")
        asked = [self._filled(query, inputs)] if mark else []
        asked += [urlencode({name: self._text(name, text, inputs) for name, text in operation.query.items()})]
        asked += [urlencode([*_left_over(operation, inputs)], doseq=True)]
        behind = "&".join(filter(None, asked))
        return f"{base.rstrip('/')}/{written}" + (f"?{behind}" if behind else "")

    def _filled(self, template: str, inputs: Mapping[str, Any]) -> str:
        single = {name: value for name, value in inputs.items() if not isinstance(value, (Mapping, list, tuple))}
        named = {**single, **dict(_used(template, inputs))}
        quoted = {name: quote(plain(value, name), safe="") for name, value in named.items()}
        return str(_rendered(template, quoted))

    def _text(self, name: str, template: str, inputs: Mapping[str, Any]) -> str:
        return plain(_rendered(template, inputs), name)

    def _headers(self) -> dict[str, str]:
        own, world = self.connection, self.world
        found = {name: value_of(world, written) for name, written in own.headers.items()}
        if own.auth == "basic":
            pair = f"{value_of(world, own.username or '')}:{secret(world, own.password)}"
            coded = b64encode(pair.encode()).decode()
            self._shown.add(coded)
            return {**found, "Authorization": f"Basic {coded}"}
        if own.auth == "header":
            return {**found, own.header or "Authorization": secret(world, own.token)}
        if own.token and own.auth in (None, "bearer"):
            return {**found, "Authorization": f"Bearer {secret(world, own.token)}"}
        return found


def _rendered(template: str, inputs: Mapping[str, Any]) -> Any:
    try:
        return render(parse_template(template), {"inputs": dict(inputs)}, lambda: datetime.now(UTC))
    except EvaluationError as problem:
        raise StepError("bad_inputs", f"{template}: {problem}") from problem


def _sound(template: str, path: str) -> str:
    """The path, if every value in it is one step of it. Raises StepError."""
    steps = path.removeprefix("/").split("/")
    if template.endswith("/") or not template:
        steps.pop()
    if set(steps) & {"", ".", ".."}:
        words = "an empty value, `.` or `..` in the path would make it another address"
        raise StepError("bad_inputs", f"{template}: {words}")
    return path


def _bearing(request: HttpRequest, token: str) -> HttpRequest:
    return replace(request, headers={**request.headers, "Authorization": f"Bearer {token}"})


def _grant(world: World, own: Connection) -> Grant:
    return Grant(
        token_url=value_of(world, own.token_url or ""),
        client_id=value_of(world, own.client_id or ""),
        client_secret=secret(world, own.client_secret),
        scope=own.scope or "",
        in_body=own.credentials == "body",
    )


def _used(template: str, inputs: Mapping[str, Any]) -> list[tuple[str, Any]]:
    names = dict.fromkeys(name or other for name, other in _INPUT.findall(template))
    return [(name, inputs[name]) for name in names if name in inputs]


def _left_over(operation: Operation, inputs: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """With GET: what neither the path nor the query names, as parameters of the query."""
    if operation.method != "GET":
        return []
    named = dict(_used(" ".join((operation.path, *operation.query.values())), inputs))
    rest = ((n, v) for n, v in inputs.items() if n not in named and v is not None)
    return [(n, [plain(one, n) for one in (v if isinstance(v, (list, tuple)) else (v,))]) for n, v in rest]


def _path(value: str) -> str:
    """What stands behind the host, where the value is an address."""
    host, slash, path = value.partition("://")[2].partition("/")
    return f"/{path.strip('/')}" if host and slash else ""


def _status(code: str) -> int:
    found = re.fullmatch(r"http_(\d{3})", code)
    return int(found[1]) if found else 0
