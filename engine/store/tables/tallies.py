"""How often something happened: within a while, or ever since."""

from sqlalchemy import Table

from engine.store.tables.parts import at, metadata, number, words

tallies = Table("tallies", metadata, words("name", key=True), at("since"), number("number"))
