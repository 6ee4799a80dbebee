"""The one layout of our mails: a column of readable width, one button, quiet on a phone and in the dark."""

from html import escape

from css_inline import CSSInliner

from engine.gateways.rendering.brand import Brand

_FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_STYLE = f"""
body {{ margin: 0; padding: 0; background: #f3f4f6; -webkit-text-size-adjust: 100%; }}
table {{ border-collapse: separate; }}
.name, .card, .footer, a.button {{ font-family: {_FONT}; }}
.preheader {{ display: none; max-height: 0; overflow: hidden; opacity: 0; font-size: 1px; color: #f3f4f6; }}
.page {{ background: #f3f4f6; width: 100%; }}
.column {{ width: 100%; max-width: 600px; }}
.outer {{ padding: 32px 16px 40px; }}
.name {{ padding: 0 4px 16px; font-size: 17px; font-weight: 700; letter-spacing: -0.2px; color: #111827; }}
.card {{ background: #ffffff; border: 1px solid #e5e7eb; border-top: 4px solid COLOUR; border-radius: 10px;
  padding: 36px 40px 28px; font-size: 16px; line-height: 1.6; color: #1f2937; }}
.card p, .card ul, .card ol, .card blockquote, .card pre {{ margin: 0 0 18px; }}
.card ul, .card ol {{ padding-left: 24px; }}
.card li {{ margin: 0 0 8px; padding-left: 4px; }}
.card h2 {{ margin: 26px 0 10px; font-size: 19px; line-height: 1.35; color: #111827; }}
.card h3 {{ margin: 22px 0 8px; font-size: 16px; color: #111827; }}
.card a {{ color: COLOUR; text-decoration: underline; }}
.card blockquote {{ padding: 2px 0 2px 16px; border-left: 3px solid #d1d5db; color: #4b5563; }}
.card hr {{ border: 0; border-top: 1px solid #e5e7eb; margin: 24px 0; }}
.card code, .card pre {{ font-family: Menlo, Consolas, monospace; font-size: 14px; }}
table.data {{ width: 100%; border-collapse: collapse; margin: 0 0 18px; }}
table.data th {{ text-align: left; padding: 8px 12px 8px 0; border-bottom: 2px solid #d1d5db; }}
table.data td {{ padding: 8px 12px 8px 0; border-bottom: 1px solid #e5e7eb; vertical-align: top; }}
table.button {{ margin: 8px 0 26px; }}
td.button {{ background: COLOUR; border-radius: 8px; }}
.card a.button {{ display: inline-block; padding: 14px 28px; font-size: 16px; font-weight: 600; line-height: 1.25;
  color: #ffffff; text-decoration: none; border-radius: 8px; }}
.card p.spare {{ margin: 26px 0 0; padding-top: 18px; border-top: 1px solid #e5e7eb; font-size: 13px;
  line-height: 1.5; color: #6b7280; }}
.footer a.leave {{ color: #6b7280; text-decoration: underline; }}
.card p.spare a {{ color: #6b7280; word-break: break-all; }}
.footer {{ padding: 20px 4px 0; font-size: 13px; line-height: 1.5; color: #6b7280; }}
"""

# These cannot be inlined; programs that drop them show the plain form.
_QUERIES = """
@media (max-width: 480px) {
  .outer { padding: 20px 10px 28px !important; }
  .card { padding: 26px 20px 20px !important; }
  table.button, td.button { width: 100% !important; }
  a.button { display: block !important; text-align: center !important; }
}
@media (prefers-color-scheme: dark) {
  body, .page { background: #15171c !important; }
  .name { color: #f3f4f6 !important; }
  .card { background: #1f232b !important; border-color: COLOUR #323844 #323844 !important; color: #e5e7eb !important; }
  .card h2, .card h3 { color: #f9fafb !important; }
  .card a { color: #9cc9e8 !important; }
  .card a.button { color: #ffffff !important; }
  .card p.spare, .card p.spare a, .footer, .footer a.leave { color: #9ca3af !important; }
  .card p.spare, .card hr { border-color: #323844 !important; }
}
"""

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{name}</title>
<style>{style}</style>
</head>
<body>
<div class="preheader">{preheader}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td class="outer" align="center">
<table role="presentation" class="column" width="600" cellpadding="0" cellspacing="0" border="0">
<tr><td class="name" align="left">{name}</td></tr>
<tr><td class="card" align="left">
{content}
</td></tr>
<tr><td class="footer" align="left">{footer}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
"""

_SPARE = {
    "en": "The button does not work? Open this address:",
    "da": "Virker knappen ikke? Åbn denne adresse:",
    "de": "Der Knopf geht nicht? Öffnen Sie diese Adresse:",
    "es": "¿No funciona el botón? Abra esta dirección:",
    "fi": "Eikö painike toimi? Avaa tämä osoite:",
    "fr": "Le bouton ne fonctionne pas ? Ouvrez cette adresse :",
    "it": "Il pulsante non funziona? Apra questo indirizzo:",
    "nb": "Virker ikke knappen? Åpne denne adressen:",
    "nl": "Werkt de knop niet? Open dit adres:",
    "pl": "Przycisk nie działa? Otwórz ten adres:",
    "pt": "O botão não funciona? Abra este endereço:",
    "sv": "Fungerar inte knappen? Öppna den här adressen:",
}


def spare_words(locale: str) -> str:
    """What stands above the address of the button, in the language of the mail."""
    return _SPARE.get(locale.partition("-")[0], _SPARE["en"])


_INLINER = CSSInliner(load_remote_stylesheets=False, remove_inlined_selectors=False)


def page(brand: Brand, preheader: str, content: str, leave: str = "", leave_words: str = "", locale: str = "") -> str:
    """The whole HTML of a mail, its styles inlined; `preheader` and `content` are HTML, and so is `leave`, the
    address to unsubscribe."""
    styles, queries = (css.replace("COLOUR", brand.colour) for css in (_STYLE, _QUERIES))
    footer = "<br>".join(escape(line) for line in (brand.name, *brand.footer.splitlines()))
    if leave:
        footer += f'<br><a class="leave" href="{leave}">{escape(leave_words)}</a>'
    html = _PAGE.format(
        language=locale or "en",
        name=escape(brand.name),
        style=styles,
        preheader=preheader,
        content=content,
        footer=footer,
    )
    return _INLINER.inline(html).replace("</head>", f"<style>{queries}</style>\n</head>", 1)
