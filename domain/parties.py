"""Who can owe or give something in a case, and the posts people hold.

Source: DepEd and EAS role lists gathered in docs/lifecycle.md. A *post* is held by a person from a day
to a day, at a school or for the whole programme; a *party* is the part that post plays in one case.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Post(StrEnum):
    """A post somebody holds from a day to a day."""

    HEAD = "head"
    LEAD = "lead"
    SIP = "sip"
    CURRICULUM_PARTNER = "curriculum_partner"
    BROKER = "broker"
    PRINCIPAL_ADVISER = "principal_adviser"
    FINANCE = "finance"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


SCHOOL_POSTS = frozenset({Post.HEAD, Post.LEAD, Post.SIP, Post.CURRICULUM_PARTNER})
"""Posts that belong to one school (a SIP holds one for each school they serve)."""


class Party(StrEnum):
    """The part somebody plays in one case."""

    RECIPIENT_HEAD = "recipient_head"
    RECIPIENT_LEAD = "recipient_lead"
    PROVIDER_HEAD = "provider_head"
    PROVIDER_LEAD = "provider_lead"
    CURRICULUM_PARTNER = "curriculum_partner"
    SIP = "sip"
    BROKER = "broker"
    PRINCIPAL_ADVISER = "principal_adviser"
    FINANCE = "finance"
    SYSTEM = "system"


SCHOOL_PARTIES = frozenset(
    {
        Party.RECIPIENT_HEAD,
        Party.RECIPIENT_LEAD,
        Party.PROVIDER_HEAD,
        Party.PROVIDER_LEAD,
        Party.CURRICULUM_PARTNER,
    }
)
"""Parties that a school answers for: what they let lie may lapse. All others are staff: theirs never does."""


class Duties(BaseModel):
    """Who does what on a route, as the programme had it when the case was drafted.

    Kept in the case's first event, so that what a case waits for follows from its own history. The
    defaults are the course in which a broker finds the provider.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scope: Party = Party.SIP
    """Who sees to the scoping meeting and records it; the recipient's head may as well."""
    present: tuple[Party, ...] = (Party.RECIPIENT_HEAD, Party.SIP)
    """Who must have taken part in it."""
    draft: Party = Party.BROKER
    """Who drafts the agreement."""
    sign: tuple[Party, ...] = (Party.RECIPIENT_HEAD, Party.PROVIDER_HEAD, Party.SIP)
    """Whose signatures bring it into force."""
    consulted: tuple[Party, ...] = ()
    """Who at the provider is heard before the agreement is drafted, where somebody there holds that post."""
    orientation: bool = False
    """Whether both schools must have been oriented before the need is assessed."""
    plan_cited: bool = False
    """Whether the need is assessed from an improvement plan, which is then cited."""


class HeldPost(BaseModel):
    """A post somebody holds on the day in question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    post: Post
    school: str | None = None
    programme: str | None = None
    """The one programme it is held in, where a post of no school is not held in all of them."""


class DatedPost(HeldPost):
    """A post with its days; `until` is the last day it is held, None while no end is known."""

    since: date
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the post is held on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


_UNSCOPED = {
    Post.BROKER: Party.BROKER,
    Post.PRINCIPAL_ADVISER: Party.PRINCIPAL_ADVISER,
    Post.FINANCE: Party.FINANCE,
}
_AT_RECIPIENT = {
    Post.HEAD: Party.RECIPIENT_HEAD,
    Post.LEAD: Party.RECIPIENT_LEAD,
    Post.SIP: Party.SIP,
}
_AT_PROVIDER = {
    Post.HEAD: Party.PROVIDER_HEAD,
    Post.LEAD: Party.PROVIDER_LEAD,
    Post.CURRICULUM_PARTNER: Party.CURRICULUM_PARTNER,
}


PROGRAMME_POSTS = frozenset(_UNSCOPED)
"""Posts that may be held in one programme only."""


def parties_played(
    posts: Iterable[HeldPost], recipient: str | None, provider: str | None, programme: str
) -> dict[Party, HeldPost]:
    """Which parties these posts make their holder in a case of that programme between these two schools."""
    played: dict[Party, HeldPost] = {}
    for held in posts:
        if held.post in _UNSCOPED and held.programme in {None, programme}:
            played.setdefault(_UNSCOPED[held.post], held)
        if held.school is not None and held.school == recipient and held.post in _AT_RECIPIENT:
            played.setdefault(_AT_RECIPIENT[held.post], held)
        if held.school is not None and held.school == provider and held.post in _AT_PROVIDER:
            played.setdefault(_AT_PROVIDER[held.post], held)
    return played


_RECORDING = (Party.BROKER, Party.PRINCIPAL_ADVISER, Party.SIP)


def recording_post(
    posts: Iterable[HeldPost], recipient: str | None, provider: str | None, programme: str
) -> HeldPost | None:
    """The post that lets its holder record a decision for somebody else in this case, if they hold one.

    A school improvement partner may do so only in cases of a school they serve.
    """
    played = parties_played(posts, recipient, provider, programme)
    return next((played[party] for party in _RECORDING if party in played), None)
