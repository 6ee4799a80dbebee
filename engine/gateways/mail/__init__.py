"""Outgoing mail: the message, the protocol, the SMTP gateway and its twin in memory."""

from engine.gateways.mail.accounts import Account, SmtpAccounts
from engine.gateways.mail.addresses import checked_address
from engine.gateways.mail.memory import Fault, MemoryMailer
from engine.gateways.mail.message import Attachment, Mail, message_id_for
from engine.gateways.mail.phases import BeforeData, Mailer, NoServer, Phase
from engine.gateways.mail.smtp import SmtpMailer, Tls

__all__ = [
    "Account",
    "Attachment",
    "BeforeData",
    "Fault",
    "Mail",
    "Mailer",
    "MemoryMailer",
    "NoServer",
    "Phase",
    "SmtpAccounts",
    "SmtpMailer",
    "Tls",
    "checked_address",
    "message_id_for",
]
