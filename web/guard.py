"""What holds for every request and every answer: security headers, same origin, HEAD."""

from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Pages load nothing but our own style sheet, and never run a script.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def policy_for(origins: tuple[str, ...]) -> str:
    """The same, on a page that exactly these sites may show in a frame."""
    return POLICY.replace("frame-ancestors 'none'", f"frame-ancestors 'self' {' '.join(origins)}")


def framed(request: Request, page: Response) -> Response:
    """The page, for the sites that may show it in a frame: those that the form named, if this is about a form."""
    if embed := getattr(request.state, "embed", ()):
        page.headers["Content-Security-Policy"] = policy_for(embed)
    return page


# A browser's PDF viewer is a page of its own that brings its styles: it may only be framed by us.
DOCUMENT_POLICY = "frame-ancestors 'self'"

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Middleware: every answer carries the headers, unless its route chose a value of its own.

    HEAD is answered as GET is; the server leaves the body out. Programs that
    look at links in mails ask so, and a 405 would look like a broken link.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure(MutableHeaders(scope=message))
            await send(message)

        return await self._app(scope, receive, guarded)


def secure(headers: MutableHeaders) -> None:
    """Add what is missing of HEADERS."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)


def is_foreign(request: Request, base_url: str) -> bool:
    """Whether another site's page sent this request.

    Programs send neither header, and the token in the address is the right, so
    they pass. `Origin: null` is what browsers send from our own pages, because
    those say `no-referrer`: then only Sec-Fetch-Site can tell.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = request.headers.get("origin", "null")
    return origin != "null" and urlsplit(origin).netloc not in (request.headers.get("host"), urlsplit(base_url).netloc)
