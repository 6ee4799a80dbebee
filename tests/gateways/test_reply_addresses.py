"""Addresses that answers go to."""

from engine.gateways.tokens import reply_address, reply_token, reply_token_of

KEY = b"k" * 32


def test_an_address_names_one_step_of_one_case_and_one_reader() -> None:
    token = reply_token(KEY, "onboarding-1", "welcome", "ann@acme.test")
    assert len(token) == 32
    assert token == reply_token(KEY, "onboarding-1", "welcome", "ann@acme.test")
    assert token != reply_token(KEY, "onboarding-1", "welcome", "bob@acme.test")
    assert token != reply_token(KEY, "onboarding-1", "welcome~1", "ann@acme.test")


def test_the_token_is_found_again_whatever_a_server_does_to_the_case_of_letters() -> None:
    token = reply_token(KEY, "c", "welcome", "ann@acme.test")
    address = reply_address("Replies@northwind.example", token)
    assert reply_token_of(address.upper(), "replies@northwind.example") == token


def test_other_addresses_have_none() -> None:
    for address in ("replies@n.test", "replies+@n.test", "replies+abc@n.test", "other+" + "a" * 32 + "@n.test"):
        assert reply_token_of(address, "replies@n.test") == ""
    assert reply_token_of("replies+" + "a" * 32 + "@other.test", "replies@n.test") == ""
