"""Who keeps funds and rate cards: finance of the programme, or an administrator."""

from domain.case.situation import Refusal
from domain.directory.base import DirectoryFacts, may_administer
from domain.parties import HeldPost, Post


def keeping_post(facts: DirectoryFacts, programme: str | None) -> HeldPost | None:
    """The post in which somebody keeps the money of that programme: finance, else administrator."""
    held = [post for post in facts.posts if post.post is Post.FINANCE and post.programme in {None, programme}]
    held += [post for post in facts.posts if post.post is Post.ADMINISTRATOR]
    return next(iter(held), None)


def may_keep_money(facts: DirectoryFacts, programme: str | None) -> Refusal | None:
    """The refusal of somebody who neither does the programme's finance nor administers the office."""
    if keeping_post(facts, programme) is not None or may_administer(facts) is None:
        return None
    whose = f" of {programme}" if programme else ""
    return Refusal(
        "R-POST",
        f"Only the finance officer{whose} or an administrator may do that.",
        f"{facts.person} holds no such post today.",
    )
