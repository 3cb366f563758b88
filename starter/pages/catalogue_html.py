"""The catalogue as one HTML file: no script, no link to elsewhere, readable aloud, on paper and on a telephone.

Each language is a section of its own that says which language it is in. They stand in the same order with the
same content; Welsh stands first where the programme speaks it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any, Final

from domain.programmes.model import Language
from domain.text.voice import Voice
from starter.pages.catalogue import OfferCatalogue, Offers

_STYLE: Final = """\
:root { color-scheme: light dark; }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; font: 1rem/1.5 sans-serif; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1.5rem; }
caption { text-align: left; font-weight: bold; padding: 0.25rem 0; }
th, td { border: 1px solid; padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; }
section + section { border-top: 4px double; margin-top: 3rem; }
@media print { nav { display: none; } section + section { break-before: page; } tr, h3 { break-inside: avoid; } }
"""
_PAGE: Final = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def in_order(languages: Sequence[Language]) -> tuple[Language, ...]:
    """Welsh first, the others as the programme names them."""
    return tuple(sorted(languages, key=lambda language: language != "cy"))


def as_html(catalogue: OfferCatalogue, languages: Sequence[Language]) -> str:
    """The page in these languages; the same catalogue always gives the same text."""
    voices = [Voice(catalogue.programme, catalogue.hosts, language) for language in in_order(languages)]
    parts = [_contents(voices)] if len(voices) > 1 else []
    parts += [_section(catalogue, voice) for voice in voices]
    first = voices[0]
    return _PAGE.format(
        language=first.language,
        title=escape(" · ".join(_title(catalogue, voice) for voice in voices)),
        style=_STYLE,
        body="\n".join(parts),
    )


def _contents(voices: Sequence[Voice]) -> str:
    labels = " / ".join(voice.words.pages["languages"] for voice in voices)
    links = " · ".join(
        f'<a href="#{v.language}" lang="{v.language}" hreflang="{v.language}">{escape(v.words.pages["language_" + v.language])}</a>'
        for v in voices
    )
    return f'<nav aria-label="{escape(labels)}"><p>{links}</p></nav>'


def _title(catalogue: OfferCatalogue, voice: Voice) -> str:
    return f"{voice.words.pages['title']}: {catalogue.programme.title.said(voice.language)}"


def _section(catalogue: OfferCatalogue, voice: Voice) -> str:
    pages, language = voice.words.pages, voice.language
    as_of = pages["as_of"].format(position=catalogue.position, log=catalogue.log)
    lines = [
        f'<section lang="{language}" id="{language}">',
        f"<h1>{escape(_title(catalogue, voice))}</h1>",
        f"<p>{escape(as_of)}</p>",
        f"<h2>{escape(pages['how_to_ask'])}</h2>",
        "<dl>",
        *(_route(catalogue, code, voice) for code in (route.code for route in catalogue.programme.routes)),
        "</dl>",
        f"<p>{escape(_filled(pages['route_end'], voice))}</p>",
        f"<h2>{escape(pages['areas'])}</h2>",
        *(_area(offers, catalogue, voice) for offers in catalogue.areas),
        "</section>",
    ]
    return "\n".join(lines)


def _route(catalogue: OfferCatalogue, code: str, voice: Voice) -> str:
    route = catalogue.programme.route(code)
    title = route.title.said(voice.language) if route else code
    return f"<dt>{escape(title)}</dt><dd>{escape(_filled(voice.words.pages['route_' + code], voice))}</dd>"


def _filled(template: str, voice: Voice) -> str:
    return template.format(
        overview=voice.noun("overview"), provider=voice.noun("provider"), recipient=voice.noun("recipient")
    )


def _area(offers: Offers, catalogue: OfferCatalogue, voice: Voice) -> str:
    pages = voice.words.pages
    title = offers.area.title.said(voice.language)
    lines = [f"<h3>{escape(title)}</h3>"]
    if offers.schools:
        rows = [
            (one.name, _languages(one.languages, voice), one.days, one.free or pages["undeclared"])
            for one in offers.schools
        ]
        caption = pages["providers"].format(area=title)
        head = [pages[name] for name in ("school", "spoken", "days", "free")]
        lines.append(_table(caption, head, rows))
    else:
        lines.append(f"<p>{escape(pages['nobody'])}</p>")
    if offers.networks:
        head = [pages[name] for name in ("what", "for_whom", "spoken", "when", "places", "how")]
        network_rows = [_network(row, catalogue, voice) for row in offers.networks]
        lines.append(_table(pages["networks"], head, network_rows))
    return "\n".join(lines)


def _network(row: Mapping[str, Any], catalogue: OfferCatalogue, voice: Voice) -> tuple[str, ...]:
    pages, language = voice.words.pages, voice.language
    host = (
        pages["with_host"].format(host=catalogue.hosts.get(row["host"], row["host"]))
        if row["host"]
        else pages["with_service"]
    )
    days = [voice.day(date.fromisoformat(day)) for day in row["dates"]]
    places = (
        pages["not_counted"]
        if row["places"] is None
        else pages["left"].format(left=row["left"], places=row["places"])
    )
    said = {name: row[name].get(language) or row[name]["en"] for name in ("title", "how")}
    return (
        f"{said['title']} ({pages['form_' + row['form']]}, {host})",
        ", ".join(voice.code("phase", phase) for phase in row["phases"]) or pages["all_schools"],
        _languages(row["languages"], voice),
        ", ".join(days) or pages["no_dates"],
        places,
        said["how"],
    )


def _languages(languages: Sequence[str], voice: Voice) -> str:
    return ", ".join(voice.words.pages["language_" + language] for language in languages)


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that is read aloud as one: the first cell names its row."""
    cells = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "\n".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>{cells}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
