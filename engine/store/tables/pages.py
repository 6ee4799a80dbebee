"""What people outside open, are given and sign."""

from sqlalchemy import Column, Index, LargeBinary, Table

from engine.store.tables.parts import at, metadata, number, words

links = Table(
    "links",
    metadata,
    words("hash", key=True),
    words("case_id"),
    words("path"),
    words("kind"),
    words("recipient"),
    at("expires_at"),
    Index(None, "case_id", "path"),
)

files = Table(
    "files",
    metadata,
    words("id", key=True),
    words("case_id"),
    words("name"),
    words("mime"),
    words("sha256"),
    number("size"),
    Column("content", LargeBinary, nullable=False),
    Index(None, "case_id"),
)

signatures = Table(
    "signatures",
    metadata,
    words("case_id", key=True),
    words("path", key=True),
    words("signer_email", key=True),
    words("document_sha256", key=True),
    words("signer_name"),
    words("typed_name"),
    words("consent"),
    at("signed_at"),
    words("ip"),
    words("user_agent"),
)
