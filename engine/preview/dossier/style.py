"""The look of a dossier: the colours and letters of our web pages, on screen and on paper."""

STYLE = """
:root {
  --paper: #f4f1ea; --card: #fffdf9; --ink: #1f2a2d; --muted: #596569; --line: #ddd6c8; --accent: #17594a;
  --tint: #e9f1ec; --wrong: #a3301d; --wrong-tint: #fbeeea;
  --text: -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --title: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, "Liberation Serif", serif;
}
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 400 1rem/1.5 var(--text);
  overflow-wrap: break-word; }
header, nav, main, footer { max-width: 64rem; margin-inline: auto; padding-inline: 1.25rem; }
header { padding-block: 2.5rem .5rem; }
.over { margin: 0; color: var(--accent); font-weight: 600; font-size: .9rem; }
.how { margin: .5rem 0 0; color: var(--muted); font-size: 1.1rem; }
h1, h2, h3 { font-family: var(--title); font-weight: 600; line-height: 1.2; margin: 0; }
h1 { font-size: 2.3rem; letter-spacing: -.012em; margin-top: .35rem; }
h2 { font-size: 1.55rem; margin-bottom: 1rem; }
h3 { font-size: 1.12rem; }
a { color: var(--accent); }
a:focus-visible { outline: 3px solid #d69a2d; outline-offset: 2px; }
nav ul { display: flex; flex-wrap: wrap; gap: .4rem 1.3rem; list-style: none; padding: .9rem 0; margin: .8rem 0 0;
  border-block: 1px solid var(--line); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 1rem; padding: 1.5rem 1.5rem 1.7rem;
  margin-block: 1.4rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .9rem 1.6rem; margin: 0; }
.facts > :first-child { grid-column: 1 / -1; font-size: 1.15rem; }
dt { color: var(--muted); font-size: .82rem; }
dd { margin: 0; }
.fine { color: var(--muted); font-size: .93rem; margin: .3rem 0 1rem; }
.problem { background: var(--wrong-tint); color: var(--wrong); border-radius: .5rem; padding: .6rem .9rem; }
.timeline, .timeline ul { list-style: none; margin: 0; padding: 0; }
.day { display: grid; grid-template-columns: 10.5rem 1fr; gap: .3rem 1rem; padding: .7rem 0;
  border-top: 1px solid var(--line); }
.day:first-child { border-top: 0; padding-top: 0; }
.day h3 { font: 600 .95rem/1.6 var(--text); }
.timeline ul li { display: grid; grid-template-columns: 3.4rem 1fr; padding: .1rem 0 .1rem .7rem;
  border-left: 3px solid var(--line); }
.timeline time { color: var(--muted); font-variant-numeric: tabular-nums; }
.timeline .kind-email, .timeline .kind-document { border-left-color: #7fb39c; }
.timeline .kind-escalated, .timeline .kind-timed_out, .timeline .kind-late,
.timeline .kind-suppressed { border-left-color: #d3ae62; }
.timeline .kind-incident, .timeline .kind-failed { border-left-color: var(--wrong); }
.timeline .kind-ended { border-left-color: var(--ink); font-weight: 600; }
.timeline .kind-waiting, .timeline .kind-skipped { color: var(--muted); }
.of { background: var(--tint); border-radius: 1rem; padding: .05rem .55rem; font-size: .8rem; white-space: nowrap; }
article { margin-top: 1.6rem; }
article:first-of-type { margin-top: 0; }
.mail { border: 1px solid var(--line); border-radius: .8rem; overflow: hidden; background: #fff; }
.mail h3 { padding: .9rem 1.1rem .3rem; }
.head { display: flex; flex-wrap: wrap; gap: .3rem 1.8rem; padding: 0 1.1rem .8rem; margin: 0;
  border-bottom: 1px solid var(--line); font-size: .92rem; }
iframe { display: block; width: 100%; border: 0; background: #f3f4f6; color-scheme: light; }
.pages { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1rem; }
.pages img { width: 100%; height: auto; border: 1px solid var(--line); background: #fff; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; margin-bottom: 1rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .8rem .45rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 600; font-size: .82rem; }
.diagram { max-width: 100%; height: auto; }
footer { color: var(--muted); font-size: .88rem; padding-bottom: 3rem; }
@media (max-width: 40rem) { .day { grid-template-columns: 1fr; } section { padding: 1.1rem; } }
@media print {
  body { background: #fff; font-size: 10.5pt; }
  nav { display: none; }
  section { border: 0; padding: 0; margin-block: 1.6rem; }
  h2 { break-after: avoid; }
  .mail, .day, tr, .pages img { break-inside: avoid; }
}
"""
