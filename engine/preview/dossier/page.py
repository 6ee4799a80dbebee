"""The dossier as one HTML page: no script, nothing from elsewhere, fit for print and for a screen reader."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from html import escape
from itertools import groupby

from engine.language import wording
from engine.preview.diagram import drawn, progress, svg
from engine.preview.dossier.style import STYLE
from engine.preview.dossier.summary import day, days, doer, moment
from engine.preview.dossier.viewing import Letter, Paper, Views
from engine.preview.rehearsal import Rehearsal, Said

# Frames of mails live by this policy too: their own styles and embedded pictures, and nothing else.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; form-action 'none'"

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>
<p class="over">Rehearsal: nothing of this has been sent</p>
<h1>{heading}</h1>
<p class="how">{how}</p>
</header>
<nav aria-label="Contents"><ul>{contents}</ul></nav>
<main>
{sections}
</main>
<footer><p>{footer}</p></footer>
</body>
</html>
"""


def page(rehearsal: Rehearsal, seen: Views) -> str:
    """The whole file."""
    sections = [
        ("outline", "In short", _outline(rehearsal, seen)),
        ("timeline", "What happens, and when", _timeline(rehearsal, seen)),
        ("mails", "Every mail", "".join(_letter(n, m, seen, rehearsal) for n, m in enumerate(seen.letters, 1))),
        ("documents", "Every document", "".join(_paper(n, p, rehearsal) for n, p in enumerate(seen.papers, 1))),
        ("tasks", "Tasks, person by person", _tasks(rehearsal)),
        ("unknown", "What is still unknown", _unknown(rehearsal)),
        ("picture", "The process", _picture(rehearsal)),
    ]
    shown = [section for section in sections if section[2]]
    process = rehearsal.plan.process
    return _PAGE.format(
        policy=escape(_POLICY),
        style=STYLE,
        title=escape(f"{process.title}: rehearsal"),
        heading=escape(process.title),
        how=escape(rehearsal.how),
        contents="".join(f'<li><a href="#{name}">{title}</a></li>' for name, title, _ in shown),
        sections="\n".join(_section(*section) for section in shown),
        footer=escape(
            f"{process.process}, rehearsed from {moment(rehearsal.began, rehearsal.zone)} ({rehearsal.zone})."
        ),
    )


def _section(name: str, title: str, content: str) -> str:
    return f'<section id="{name}" aria-labelledby="{name}-head"><h2 id="{name}-head">{title}</h2>{content}</section>'


# -- in short -----------------------------------------------------------------


def _outline(rehearsal: Rehearsal, seen: Views) -> str:
    zone = rehearsal.zone
    facts = [
        ("How it ends", rehearsal.ending + (f" ({rehearsal.stopped})" if rehearsal.stopped else "")),
        ("Begins", moment(rehearsal.began, zone)),
        ("Ends" if rehearsal.main.state.outcome else "Last event", moment(rehearsal.ended, zone)),
        ("Takes", _count(days(rehearsal), "day")),
        ("Mails", f"{len(seen.letters)}, to {_count(len({m.to for m in seen.letters}), 'address', 'es')}"),
        ("Documents", str(len(seen.papers))),
        ("Tasks", str(len(rehearsal.tasks()))),
    ]
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in facts)
    return f'<dl class="facts">{rows}</dl>{"".join(_problems(seen))}'


def _problems(seen: Views) -> Iterator[str]:
    for what, name, problem in [
        *(("mail", m.template, m.problem) for m in seen.letters if m.problem),
        *(("document", p.template, p.problem) for p in seen.papers if p.problem),
    ]:
        yield f'<p class="problem"><strong>The {what} {escape(wording.named(name))} cannot be made:</strong> '
        yield f"{escape(problem)}</p>"


def _count(many: int, what: str, ending: str = "s") -> str:
    return f"{many:,} {what}{'' if many == 1 else ending}"


# -- timeline -----------------------------------------------------------------


def _timeline(rehearsal: Rehearsal, seen: Views) -> str:
    links = {m.key: (f"mail-{n}", f"Mail to {m.to}: {m.subject or m.template}") for n, m in enumerate(seen.letters, 1)}
    links |= {p.key: (f"document-{n}", f"Document: {p.name}") for n, p in enumerate(seen.papers, 1)}
    zone = rehearsal.zone
    parts = []
    for date, lines in groupby(rehearsal.timeline(), key=lambda said: day(said.at, zone)):
        shown = "".join(_line(said, zone, links.get(said.key)) for said in lines)
        parts.append(f'<li class="day"><h3>{escape(date)}</h3><ul>{shown}</ul></li>')
    return f'<ol class="timeline">{"".join(parts)}</ol>'


def _line(said: Said, zone: tzinfo, link: tuple[str, str] | None) -> str:
    clock = said.at.astimezone(zone)
    of = f' <span class="of">{escape(said.of)}</span>' if said.of else ""
    text = f'<a href="#{link[0]}">{escape(link[1])}</a>' if link else escape(said.text)
    look = f"kind-{said.kind}" if said.kind.isidentifier() else ""
    return f'<li class="{look}"><time datetime="{clock.isoformat()}">{clock:%H:%M}</time> <span>{text}{of}</span></li>'


# -- what people get ----------------------------------------------------------


def _letter(n: int, letter: Letter, seen: Views, rehearsal: Rehearsal) -> str:
    to = f"{letter.name} <{letter.to}>" if letter.name else letter.to
    head = [
        ("From", f"{seen.sender.brand.name} <{seen.sender.address}>"),
        ("To", to),
        ("Copy", ", ".join(letter.cc)),
        ("Sent", moment(letter.at, rehearsal.zone)),
        ("Attached", ", ".join(letter.attached)),
    ]
    rows = "".join(f"<div><dt>{name}</dt><dd>{escape(text)}</dd></div>" for name, text in head if text)
    title = escape(letter.subject or letter.template)
    body = f'<p class="problem">{escape(letter.problem)}</p>' if letter.problem else _frame(letter, title)
    return f'<article class="mail" id="mail-{n}"><h3>{n}. {title}</h3><dl class="head">{rows}</dl>{body}</article>'


def _frame(letter: Letter, title: str) -> str:
    """The mail in a frame that may do nothing: no script, no form, no way out."""
    lines = letter.html.count("<p") + letter.html.count("<li") + letter.html.count("<br") + letter.html.count("<tr")
    high = min(1_600, 300 + 34 * lines)
    return f'<iframe sandbox="" title="{title}" height="{high}" srcdoc="{escape(letter.html)}"></iframe>'


def _paper(n: int, paper: Paper, rehearsal: Rehearsal) -> str:
    made = f"Made on {escape(moment(paper.at, rehearsal.zone))}"
    if paper.problem:
        body = f'<p class="problem">{escape(paper.problem)}</p>'
    else:
        body = f'<p class="fine">{made}, {_count(len(paper.pages), "page")}. {_saved(paper)}</p>{_pages(paper)}'
    return f'<article class="paper" id="document-{n}"><h3>{escape(paper.name)}</h3>{body}</article>'


def _saved(paper: Paper) -> str:
    href = f"data:application/pdf;base64,{_plain(paper.pdf)}"
    return f'<a download="{escape(paper.name)}" href="{href}">Save the PDF</a>'


def _pages(paper: Paper) -> str:
    alt = f"{escape(paper.name)}, page {{}} of {len(paper.pages)}"
    pictures = (
        f'<img alt="{alt.replace("{}", str(n))}" src="data:image/png;base64,{_plain(page)}">'
        for n, page in enumerate(paper.pages, 1)
    )
    return f'<div class="pages">{"".join(pictures)}</div>'


def _plain(content: bytes) -> str:
    return b64encode(content).decode()


# -- tables -------------------------------------------------------------------


def _tasks(rehearsal: Rehearsal) -> str:
    by_whom: dict[str, list[list[str]]] = {}
    for task in rehearsal.tasks():
        ending = wording.words(task.outcome) or {"done": "done", "cancelled": "no longer needed"}.get(
            task.status, "open"
        )
        row = [task.title, *(moment(at, rehearsal.zone) for at in (task.opened_at, task.due, task.closed_at)), ending]
        by_whom.setdefault(doer(task, rehearsal.plan), []).append(row)
    columns = ("Task", "Opened", "Due", "Closed", "How it ends")
    return "".join(f"<h3>{escape(who)}</h3>{_table(columns, rows)}" for who, rows in sorted(by_whom.items()))


def _unknown(rehearsal: Rehearsal) -> str:
    if not rehearsal.made:
        return ""
    intro = (
        '<p class="fine">Only these people and systems can say it. The samples stand in for what they will say; '
        "with other values the case may go another way.</p>"
    )
    parts = []
    for (giver, where), made in groupby(rehearsal.made, key=lambda m: (m.giver, m.step)):
        at = f", at “{where}”" if where else ""
        rows = [[wording.capital(m.name), m.sample] for m in made]
        parts.append(f"<h3>{escape(wording.capital(giver) + at)}</h3>{_table(('What', 'Sample'), rows)}")
    return intro + "".join(parts)


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _picture(rehearsal: Rehearsal) -> str:
    about = "The steps of the process; each says how far it came in this rehearsal."
    picture = svg(drawn(rehearsal.plan, progress(rehearsal.main.state)), rehearsal.plan.process.title, about)
    src = f"data:image/svg+xml;base64,{_plain(picture.encode())}"
    return f'<div class="wide"><img class="diagram" alt="{about}" src="{src}"></div>'
