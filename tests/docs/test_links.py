"""Links between pages lead somewhere."""

import re
from pathlib import Path

import pytest

from tests.docs.blocks import FENCE, PAGES

LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")


def _links(page: Path) -> list[tuple[str, str]]:
    return LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8")))


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target, anchor in _links(page):
        file = (page.parent / target) if target else page
        assert file.exists(), f"{page.name}: {target} is not there"
        assert not anchor or anchor in _anchors(file), f"{page.name}: {target} has no heading #{anchor}"
