"""Who gets a copy of a mail, and where its answers go."""

from tests.runtime.small import begin

MAIL = """
steps:
  - { id: hello, type: email, to: "${ inputs.email }", cc: [sam, bea@acme.test], reply_to: priya, template: hello }
"""


def test_copies_and_answers_go_to_the_addresses_of_colleagues() -> None:
    [mail] = begin(MAIL).effects
    assert mail.payload["cc"] == ["sam@northwind.example", "bea@acme.test"]
    assert mail.payload["reply_to"] == "priya@northwind.example"
