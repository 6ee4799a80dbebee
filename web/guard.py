"""What holds for every request and every answer: security headers, same origin, HEAD."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from fastapi import Request, Response

# Pages load nothing but our own style sheet, and never run a script.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
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

Next = Callable[[Request], Awaitable[Response]]


async def secure(request: Request, call_next: Next) -> Response:
    """Middleware: every answer carries the headers, unless its route chose a value of its own."""
    answer = await call_next(request)
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


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
