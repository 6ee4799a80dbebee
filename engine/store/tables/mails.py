"""Mail as it came in, and how far each mailbox has been read."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, UniqueConstraint, text

from engine.store.tables.parts import Serial, at, metadata, number, words

mails = Table(
    "mails",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    words("id"),
    words("mailbox"),
    words("source_id"),
    words("digest"),  # of the bytes: copies of one mail have the same
    Column("epoch", BigInteger, nullable=False),  # the folder's UIDVALIDITY when it was last seen there; 0: no folder
    Column("uid", BigInteger, nullable=False),
    words("envelope_from"),
    words("envelope_to"),  # addresses, with spaces between
    Column("raw", LargeBinary, nullable=False),
    number("size"),  # bytes of the whole mail
    words("cut"),  # why only its head is here; empty: all of it is
    at("received_at"),
    words("state"),
    UniqueConstraint("id"),
    UniqueConstraint("mailbox", "source_id"),
    Index("ix_mails_copies", "mailbox", "digest"),
    Index("ix_mails_new", "seq", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
)

mailboxes = Table(
    "mailboxes",
    metadata,
    words("name", key=True),
    words("account"),  # a digest of server, user and folder: another one begins anew
    Column("epoch", BigInteger, nullable=False),  # UIDVALIDITY; 0: never looked
    Column("last_uid", BigInteger, nullable=False),
    Column("known_uid", BigInteger, nullable=False),  # up to here mails may be ones that an earlier epoch had
    at("first_at"),  # when Baton first knew of it
    words("held_by"),
    at("held_until"),
)
