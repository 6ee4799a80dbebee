"""Mails for the tests."""

from typing import Any

from engine.gateways.mail import Mail


def a_mail(**changes: Any) -> Mail:
    parts: dict[str, Any] = {
        "to": "ann@acme.test",
        "to_name": "Ann",
        "sender": "hello@northwind.test",
        "sender_name": "Northwind Studio",
        "subject": "Welcome",
        "text": "Hello Ann\n",
        "html": "<p>Hello Ann</p>",
        "message_id": "abc123@northwind.test",
    }
    return Mail(**{**parts, **changes})


class Committed:
    """Counts the calls of `before_data`."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> None:
        self.times += 1
