"""Links that were sent out. The token itself is never stored: whoever reads the database cannot open a page."""

from datetime import datetime

from sqlalchemy import Connection, select

from engine.store.rows import LinkRow
from engine.store.sql import put as _put
from engine.store.tables import links


def put(c: Connection, link_hash: str, case: str, path: str, kind: str, recipient: str, expires_at: datetime) -> None:
    """Keep a link (`link_hash`: sha256 of its token, hex); the same link again gets the new expiry."""
    row = {"hash": link_hash, "case_id": case, "path": path, "kind": kind, "recipient": recipient}
    _put(c, links, [row | {"expires_at": expires_at}])


def find(c: Connection, link_hash: str) -> LinkRow | None:
    """The link, expired or not: the page has to tell."""
    row = c.execute(select(links).where(links.c.hash == link_hash)).one_or_none()
    return LinkRow(*row) if row else None
