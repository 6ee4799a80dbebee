"""Links, files and signatures."""

from dataclasses import replace

from engine.store import files, links, signatures
from engine.store.rows import FileInfo, FileRow, LinkRow, SignatureRow
from engine.store.store import Store
from tests.store.samples import LATER, NOW

SIGNED = SignatureRow(
    "acme", "sign", "Ann Lee", "ann@acme.test", "Ann Lee", "I agree", NOW, "192.0.2.7", "Mozilla/5.0", "ab" * 32
)


async def test_a_link_is_found_by_its_hash_and_renewed(store: Store) -> None:
    for until in (NOW, LATER):
        await store.write(lambda c, until=until: links.put(c, "h1", "acme", "welcome", "form", "ann@acme.test", until))  # type: ignore[misc]
    found = await store.read(lambda c: links.find(c, "h1"))
    assert found == LinkRow("h1", "acme", "welcome", "form", "ann@acme.test", LATER)
    assert await store.read(lambda c: links.find(c, "h2")) is None


async def test_a_file_keeps_its_bytes(store: Store) -> None:
    content = bytes(range(256)) * 1000
    await store.write(lambda c: files.put(c, "f1", "acme", "contract.pdf", "application/pdf", "ab" * 32, content))
    found = await store.read(lambda c: files.get(c, "f1"))
    assert found == FileRow("f1", "acme", "contract.pdf", "application/pdf", "ab" * 32, 256_000, content)
    (info,) = await store.read(lambda c: files.of_case(c, "acme"))
    assert info == FileInfo("f1", "acme", "contract.pdf", "application/pdf", "ab" * 32, 256_000)


async def test_a_file_that_is_there_stays_as_it_is(store: Store) -> None:
    for content in (b"one", b"two"):
        await store.write(lambda c, content=content: files.put(c, "f1", "acme", "a.txt", "text/plain", "x", content))  # type: ignore[misc]
    found = await store.read(lambda c: files.get(c, "f1"))
    assert found
    assert found.content == b"one"


async def test_the_first_signature_of_a_document_counts(store: Store) -> None:
    assert await store.write(lambda c: signatures.record(c, SIGNED)) is True
    assert await store.write(lambda c: signatures.record(c, replace(SIGNED, signed_at=LATER))) is False
    assert await store.read(lambda c: signatures.of_case(c, "acme")) == (SIGNED,)


async def test_a_changed_document_is_signed_again(store: Store) -> None:
    second = replace(SIGNED, document_sha256="cd" * 32, signed_at=LATER)
    await store.write(lambda c: [signatures.record(c, one) for one in (second, SIGNED)])
    assert await store.read(lambda c: signatures.of_case(c, "acme")) == (SIGNED, second)
