"""A mail that waits, as bytes: everything that is needed to send it later, and nothing is evaluated again."""

import base64
import json
from dataclasses import fields, is_dataclass
from typing import Any

from activities.outgoing import Outgoing, Patience
from engine.gateways.mail import Attachment, Mail

_SHAPES: dict[str, type[Any]] = {shape.__name__: shape for shape in (Outgoing, Patience, Mail, Attachment)}
_SHAPE, _BYTES = "@", "@bytes"


def packed(out: Outgoing) -> bytes:
    return json.dumps(_plain(out), ensure_ascii=False, separators=(",", ":")).encode()


def unpacked(data: bytes) -> Outgoing:
    """What was packed, also by an earlier release: what it did not know has its default."""
    out = _shaped(json.loads(data))
    assert isinstance(out, Outgoing)  # noqa: S101  we packed it
    return out


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {_SHAPE: type(value).__name__, **{f.name: _plain(getattr(value, f.name)) for f in fields(value)}}
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode()}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _shaped(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_shaped(one) for one in value)
    if not isinstance(value, dict):
        return value
    if _BYTES in value:
        return base64.b64decode(value[_BYTES])
    shape = _SHAPES[value.pop(_SHAPE)]
    known = {f.name for f in fields(shape)}
    return shape(**{name: _shaped(one) for name, one in value.items() if name in known})
