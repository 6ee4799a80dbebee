"""Mails that go out later than at once: held, queued, sent in their order."""
