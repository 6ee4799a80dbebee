"""How fast mails leave."""

from sqlalchemy import BigInteger, Column, Table

from engine.store.tables.parts import metadata, words

rates = Table(
    "rates",
    metadata,
    words("name", key=True),  # of the sender, or SENDER@DOMAIN
    Column("due", BigInteger, nullable=False),  # microseconds since 1970: when the next mail would be due
)
