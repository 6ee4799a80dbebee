"""Our own web, asked as another system would ask it."""

from collections.abc import Mapping

import httpx

TIMEOUT = 10.0  # seconds


class NotReached(Exception):  # noqa: N818 - named as it is said
    """Nobody answers there; the text says where and why."""


def post(
    base_url: str, path: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes
) -> tuple[int, str]:
    """Post a message; the status and what the answer says. Raises NotReached."""
    try:
        answer = httpx.post(
            base_url + path, headers=dict(headers), params=dict(query), content=body, timeout=TIMEOUT, trust_env=False
        )
    except httpx.HTTPError as problem:
        raise NotReached(f"{base_url} does not answer: {type(problem).__name__}") from problem
    return answer.status_code, answer.text[:1_000]
