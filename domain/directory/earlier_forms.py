"""How directory events read that were stored in earlier versions: before posts had programmes, programmes
languages, ladders and money, schools dated language categories, and what funds carried forward a paper.

Values stand here as they held then, spelt out: a default that changes one day must not change the past.
"""

from typing import Any, Final

from domain.upcasting import Payload, Upcaster


def _post_before_programmes(payload: Payload) -> Payload:
    """Every post of no school was held in all programmes."""
    return payload | {"programme": None}


def _school_before_categories_had_days(payload: Payload) -> Payload:
    """One language category, since nobody knew when; nothing of where the school lies."""
    category = payload["language_category"]
    others = {name: value for name, value in payload.items() if name != "language_category"}
    categories = [] if category is None else [{"category": category, "since": None}]
    nothing = {"urn": None, "lea": None, "latitude": None, "longitude": None}
    return others | {"language_categories": categories, "unit": False} | nothing


def _programme_before_languages(payload: Payload) -> Payload:
    """Every programme wrote English and Welsh, found providers for those who asked, and counted April years."""
    content = payload["content"]
    duties = {
        "scope": "sip",
        "present": ["recipient_head", "sip"],
        "draft": "broker",
        "sign": ["recipient_head", "provider_head", "sip"],
    }
    began = {"provider": "matched", "duties": duties, "one_partner": False, "same_authority": False}
    now = content | {
        "title": _words(content["title"]),
        "languages": ["en", "cy"],
        "financial_year": "april",
        "nouns": {},
        "vocabulary": {name: _words(words) for name, words in content["vocabulary"].items()},
        "posts": {name: _words(words) for name, words in content["posts"].items()},
        "areas": [area | {"title": _words(area["title"])} for area in content["areas"]],
        "work_modes": [],
        "routes": [route | began | {"title": _words(route["title"])} for route in content["routes"]],
        "rules": content["rules"] | {"most_amount_minor": None, "rate_card_cited": True},
    }
    return payload | {"content": now}


def _programme_before_ladders(payload: Payload) -> Payload:
    """Waits had a due day and no ladder; nobody escalated, so nobody had an escalation to answer."""
    content = payload["content"]
    waits = {name: wait | {"ladder": [], "again": None} for name, wait in content["waits"].items()}
    plain = {"days": 2, "unit": "working_days", "urgent_days": None, "ladder": [], "again": None}
    return payload | {"content": content | {"waits": waits | {"escalation": plain, "contact": plain}}}


def _programme_before_money(payload: Payload) -> Payload:
    """No provider was ranked, and no account was kept of money; no route asked for an orientation, for a plan
    to be cited, for anybody at the provider to be heard, or for a provider that begins to be designated.
    """
    content = payload["content"]
    unasked = {"consulted": [], "orientation": False, "plan_cited": False}
    routes = [
        route | {"duties": route["duties"] | unasked, "designated": False} for route in content["routes"]
    ]
    return payload | {"content": content | {"matching": None, "finance": None, "routes": routes}}


def _programme_before_payments_were_held(payload: Payload) -> Payload:
    """Nothing that was approved waited for a review."""
    content = payload["content"]
    finance = content["finance"]
    kept = None if finance is None else finance | {"last_payment_after_review": False}
    return payload | {"content": content | {"finance": kept}}


def _carried_before_papers(payload: Payload) -> Payload:
    """No paper was asked for."""
    return payload | {"source": None}


def _words(words: dict[str, Any]) -> dict[str, Any]:
    return words | {"fil": None}


PEOPLE: Final = (
    Upcaster("PostAssigned", 1, 2, _post_before_programmes),
    Upcaster("PostEnded", 1, 2, _post_before_programmes),
)
SCHOOLS: Final = (Upcaster("SchoolRegistered", 1, 2, _school_before_categories_had_days),)
PROGRAMMES: Final = (
    Upcaster("ProgrammePublished", 1, 2, _programme_before_languages),
    Upcaster("ProgrammePublished", 2, 3, _programme_before_ladders),
    Upcaster("ProgrammePublished", 3, 4, _programme_before_money),
    Upcaster("ProgrammePublished", 4, 5, _programme_before_payments_were_held),
)
FUNDS: Final = (Upcaster("FundCarriedForward", 1, 2, _carried_before_papers),)
