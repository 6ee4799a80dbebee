"""Evidence of signatures: who, what they typed and agreed to, when, from where, and the hash of the document."""

from dataclasses import fields

from sqlalchemy import Connection, select

from engine.store.rows import SignatureRow
from engine.store.sql import add
from engine.store.tables import signatures

_NAMES = ["case_id", *(field.name for field in fields(SignatureRow)[1:])]
_KEY = [column.name for column in signatures.primary_key]


def record(c: Connection, signature: SignatureRow) -> bool:
    """Keep the evidence. False if this signer has signed this document at this step before: the first one counts."""
    values = [getattr(signature, field.name) for field in fields(SignatureRow)]
    return add(c, signatures, dict(zip(_NAMES, values, strict=True)), unique=_KEY)


def of_case(c: Connection, case: str) -> tuple[SignatureRow, ...]:
    """In the order in which they were given."""
    query = select(*(signatures.c[name] for name in _NAMES)).where(signatures.c.case_id == case)
    return tuple(SignatureRow(*row) for row in c.execute(query.order_by(signatures.c.signed_at)))
