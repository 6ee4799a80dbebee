"""The limited process that speaks to chats: `python -m engine.gateways.notifier_child SECONDS MEGABYTES`.

Apprise brings more than a hundred services, each with its own requests. What they may do is decided below them: an
audit hook of Python sees every connection with the address that it goes to, after the last look at a name.
"""

import logging
import sys
from ipaddress import ip_network
from time import perf_counter
from typing import Any

import requests
import urllib3
from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType

from engine.gateways.guard import Guard
from engine.gateways.outcome import Refused
from engine.gateways.rendering.limits import serve
from engine.language.values import decode, encode

LEVELS = {
    "info": NotifyType.INFO,
    "success": NotifyType.SUCCESS,
    "warning": NotifyType.WARNING,
    "failure": NotifyType.FAILURE,
}
ASSET = AppriseAsset(
    app_id="Baton", app_desc="Baton", app_url="", image_url_mask="", image_url_logo="", async_mode=False
)
_AGAIN_LATER = (408, 425, 429, 503)
_NEVER = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "socket.bind")
_SENDING = ("socket.connect", "socket.sendto", "socket.sendmsg")
_Exchange = tuple[str, str, int, int, str]


class Watch:
    """What the request in hand may do and has done."""

    guard = Guard()
    denied = ""
    exchanges: list[_Exchange]

    def begin(self, allow: list[str]) -> None:
        self.guard = Guard([ip_network(network) for network in allow])
        self.denied, self.exchanges = "", []

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Called by Python itself. Raises Refused."""
        if event in _NEVER:
            raise Refused("network_denied", "a notice starts nothing")
        if event in _SENDING:
            self._judge(arguments[1])

    def _judge(self, address: Any) -> None:
        try:
            self.guard.judge(*_place(address))
        except (Refused, ValueError) as problem:
            self.denied = self.denied or str(problem)
            raise


def _place(address: Any) -> tuple[str, str, int]:
    if not isinstance(address, tuple):
        raise Refused("network_denied", "A notice does not go to sockets of this machine.")
    return str(address[0]), str(address[0]), int(address[1])


WATCH = Watch()
_SEND = requests.Session.send


def send(self: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
    """As Session.send, with a note of how it went; a redirect is an answer like any other and is not followed."""
    host, method, began = urllib3.util.parse_url(request.url or "").host or "", request.method or "", perf_counter()
    try:
        answer = _SEND(self, request, **{**options, "allow_redirects": False})
    except requests.RequestException as problem:
        WATCH.exchanges.append((method, host, 0, _ms(began), "http_connect" if _before(problem) else "http_lost"))
        raise
    error = "" if answer.status_code < 300 else f"http_{answer.status_code}"
    WATCH.exchanges.append((method, host, answer.status_code, _ms(began), error))
    return answer


def answer(request: bytes) -> bytes:
    asked = decode(request.decode())
    WATCH.begin(asked["allow"])
    state, code, message = _tell(asked)
    told = {"state": state, "code": code, "message": message, "exchanges": [list(e) for e in WATCH.exchanges]}
    return encode(told).encode()


def _tell(asked: dict[str, Any]) -> tuple[str, str, str]:
    service = Apprise.instantiate(asked["url"], asset=ASSET, suppress_exceptions=True)
    if service is None:
        return "refused", "bad_notify_url", "What the variable holds is no address that Apprise knows."
    if not hasattr(sys.modules[type(service).__module__], "requests"):
        return "refused", "bad_notify_url", "Only services that are reached by HTTP can be notified."
    try:
        everybody = Apprise(asset=ASSET)
        everybody.add(service)
        level = LEVELS[asked["level"]]
        done = bool(everybody.notify(asked["message"], asked["subject"], level, body_format=NotifyFormat.TEXT))
    except Exception:  # an edge: each service has a plugin of its own, and what was seen of its requests decides
        done = False
    return ("sent", "", "") if done else _failed(str(service.service_name))


def _failed(service: str) -> tuple[str, str, str]:
    """What it means that it did not work, from what was seen of its requests."""
    if WATCH.denied:
        return "refused", "network_denied", WATCH.denied
    *_, status, _, error = WATCH.exchanges[-1] if WATCH.exchanges else ("", "", 0, 0, "")
    partly = any(method != "GET" and not error for method, *_, error in WATCH.exchanges)
    words = f"{service} answered {status}" if status else f"{service} did not answer"
    if partly or error == "http_lost" or (status >= 500 and status not in (501, 503)):
        return "unknown", "unconfirmed", f"{words}; the message, or a part of it, may have arrived."
    if error == "http_connect" or status in _AGAIN_LATER:
        return "deferred", error, f"{words}." if status else f"{service} cannot be reached."
    if not error:
        return "refused", "notify_refused", f"{service} does not take this message, or its address is not complete."
    return "refused", error, f"{words} and did not take the message."


def _before(problem: requests.RequestException) -> bool:
    """Whether there never was a connection."""
    cause = problem.args[0] if problem.args else None
    reason = getattr(cause, "reason", cause)
    early = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.SSLError)
    return isinstance(problem, requests.exceptions.SSLError | requests.ConnectTimeout) or isinstance(reason, early)


def _ms(began: float) -> int:
    return round((perf_counter() - began) * 1000)


def enclose() -> None:
    """From here on this process reaches nothing that it may not reach, writes no logs and finds no passwords."""
    logging.disable(logging.CRITICAL)
    setattr(requests.Session, "send", send)  # noqa: B010 - the one place that all of them go through
    setattr(requests.sessions, "get_netrc_auth", lambda *_: None)  # noqa: B010
    sys.addaudithook(WATCH.hook)


if __name__ == "__main__":
    enclose()
    serve(answer)
