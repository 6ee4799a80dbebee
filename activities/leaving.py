"""The way out of mails that nobody is owed: headers for mail programs, and a link below the text."""

from dataclasses import dataclass

from activities.world import World
from engine.gateways.tokens import UNSUBSCRIBE, link_url, token_hash, unsubscribe_token
from engine.language.addresses import normal

_WORDS = {
    "en": "Unsubscribe",
    "da": "Afmeld",
    "de": "Abmelden",
    "es": "Darse de baja",
    "fi": "Peruuta tilaus",
    "fr": "Se désabonner",
    "it": "Annulla l'iscrizione",
    "nb": "Meld deg av",
    "nl": "Afmelden",
    "pl": "Wypisz się",
    "pt": "Cancelar a subscrição",
    "sv": "Avsluta prenumerationen",
}


@dataclass(frozen=True)
class WayOut:
    """What a mail carries. `link` is what `Outgoing.links` takes; `footer` the address and words below the text."""

    headers: tuple[tuple[str, str], ...] = ()
    footer: tuple[str, str] = ("", "")
    links: tuple[tuple[str, str, str], ...] = ()


def way_out(world: World, to: str, class_: str, locale: str = "") -> WayOut:
    """How the reader of a mail of this class unsubscribes from the class. `locale`: that of the mail.

    Marketing has it always. Where the setting `mail.unsubscribe` is `process`, the mails of processes carry the
    headers too, which mail programs show as a button of their own; but no link below the text, where it would
    stand beside the one that asks for an answer. One-click is RFC 8058.
    """
    if class_ not in ("marketing", world.unsubscribe):
        return WayOut()
    token = unsubscribe_token(world.key, normal(to), class_)
    url = link_url(world.base_url, UNSUBSCRIBE, token)
    words = _WORDS.get(locale.partition("-")[0], _WORDS["en"])
    return WayOut(
        (("List-Unsubscribe", f"<{url}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")),
        (url, words) if class_ == "marketing" else ("", ""),
        ((token_hash(token), class_, UNSUBSCRIBE),),
    )
