"""Mails that come in: fetched, stored, read, and brought to their cases."""
