"""Pictures go along inside the mail, and nothing else does."""

from email import message_from_bytes
from email.policy import default

import pytest

from engine.desk.answers import Findings
from engine.gateways.mail import Attachment
from engine.gateways.outcome import Refused
from tests.gateways.letters import a_mail
from tests.mail.house import House

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 50


async def test_a_picture_of_the_workspace_is_shown_inside_and_one_of_the_web_is_left_alone(home: House) -> None:
    await home.start("pictures", email="ann@acme.test", name='<img src="cid:secret@baton">')
    (mail,) = home.sent("ann@acme.test")
    assert [one.name for one in mail.images] == ["logo.png"]
    assert 'src="cid:logo.png@baton"' in mail.html
    assert 'src="https://example.com/a.png"' in mail.html
    read = message_from_bytes(mail.to_bytes(), policy=default)
    (picture,) = [part for part in read.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<logo.png@baton>"
    kinds = [part.get_content_type() for part in read.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"<svg/>", "neither PNG"), (PNG + b"x" * 1024 * 1024, "larger than 1 MB"), (None, "is not there")],
)
async def test_a_picture_that_cannot_go_along_stops_the_mail_before_it_leaves(
    content: bytes | None, why: str, home: House
) -> None:
    await home.desk.publish("pictures")
    file = home.settings.workspace / "definitions" / "images" / "logo.png"
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    case = (await home.desk.start("pictures", {"email": "ann@acme.test"})).case
    await home.settled()
    (incident,) = (await home.case(case)).incidents
    assert why in incident.message
    assert home.mailer.sent == []


async def test_a_picture_that_is_not_there_is_found_before(home: House) -> None:
    (home.settings.workspace / "definitions" / "images" / "logo.png").rename(
        home.settings.workspace / "definitions" / "images" / "lgoo.png"
    )
    with pytest.raises(Findings) as found:
        await home.desk.publish("pictures")
    assert [(p.code, p.help) for p in found.value.problems if p.code == "E070"] == [
        ("E070", "did you mean `images/lgoo.png`?")
    ]


def test_a_mail_with_pictures_and_files_keeps_both() -> None:
    files = (Attachment("a.pdf", "application/pdf", b"%PDF"),)
    read = message_from_bytes(
        a_mail(images=(Attachment("a.png", "image/png", PNG),), attachments=files).to_bytes(), policy=default
    )
    kinds = [part.get_content_type() for part in read.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "image/png", "application/pdf"]


@pytest.mark.parametrize("name", ["a b.png", "a>.png", "ü.png", "../a.png", "a\r\n.png"])
def test_the_name_of_a_picture_is_plain(name: str) -> None:
    with pytest.raises(Refused):
        a_mail(images=(Attachment(name, "image/png", PNG),))
