"""Tables of the read models. They hold nothing personal: no name, no mail address, no free text."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text

metadata = MetaData()

case_row = Table(
    "case_row",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("programme", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("provider", Text),
    Column("authority", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("support_language", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("waiting_on", Text),
    Column("waiting_parties", Text, nullable=False),
    Column("wait", Text),
    Column("due_at", Text),
    Column("overdue", Boolean, nullable=False),
    Column("agreed_quarter_days", Integer),
    Column("counted_quarter_days", Integer, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("next_at", Text),
    Index("case_row_open_due", "open", "due_at"),
    Index("case_row_next", "next_at"),
    Index("case_row_of_provider", "provider", "open"),
    Index("case_row_need", "recipient", "area", "open"),
)

school = Table(
    "school",
    metadata,
    Column("number", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("town", Text),
    Column("language_category", Text),
    Column("federation", Text),
    Column("open", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Column("pupils", Integer),
    Column("latitude", Integer),
    Column("longitude", Integer),
    Column("inactive", Text),
    Column("inactive_since", Text),
    Column("successor", Text),
    Column("by_register", Boolean, nullable=False),
    Column("content", Text, nullable=False),
    Index("school_open", "open"),
)
"""`inactive` says why one is not open; `content` is the whole entry, so that a register can be held against it."""

person = Table(
    "person",
    metadata,
    Column("person", Text, primary_key=True),
    Column("language", Text, nullable=False),
    Column("public_key", Text),
    Column("position", Integer, nullable=False),
)

post = Table(
    "post",
    metadata,
    Column("person", Text, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("post", Text, nullable=False),
    Column("school", Text),
    Column("since", Text, nullable=False),
    Column("until", Text),
    Column("position", Integer, nullable=False),
    Column("programme", Text),
    Index("post_of_school", "school", "post"),
)

provider_offer = Table(
    "provider_offer",
    metadata,
    Column("school", Text, primary_key=True),
    Column("programme", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("languages", Text, nullable=False),
    Column("quarter_days", Integer, nullable=False),
    Column("position", Integer, nullable=False),
)

designation = Table(
    "designation",
    metadata,
    Column("school", Text, primary_key=True),
    Column("programme", Text, primary_key=True),
    Column("areas", Text, nullable=False),
    Column("since", Text, primary_key=True),
    Column("until", Text),
    Column("position", Integer, nullable=False),
    Index("designation_of_programme", "programme"),
)
"""For what schools are designated, in spans; those of a school in a programme do not overlap."""

suspension = Table(
    "suspension",
    metadata,
    Column("school", Text, primary_key=True),
    Column("programme", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("position", Integer, nullable=False),
)

inspection = Table(
    "inspection",
    metadata,
    Column("school", Text, primary_key=True),
    Column("since", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("position", Integer, nullable=False),
)
"""The inspection of each school that was announced last, also when it is over."""

capacity = Table(
    "capacity",
    metadata,
    Column("school", Text, primary_key=True),
    Column("programme", Text, primary_key=True),
    Column("first", Text, primary_key=True),
    Column("last", Text),
    Column("quarter_days", Integer, nullable=False),
    Column("position", Integer, nullable=False),
)
"""What schools declare for each half term of a span; spans of a school do not overlap."""

conflict = Table(
    "conflict",
    metadata,
    Column("school", Text, primary_key=True),
    Column("other", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Index("conflict_of_other", "other"),
)
"""Between which schools a conflict is declared; what it is stands sealed in the log alone."""

capacity_use = Table(
    "capacity_use",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("school", Text, nullable=False),
    Column("programme", Text, nullable=False),
    Column("period_order", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("committed", Integer, nullable=False),
    Column("given", Integer, nullable=False),
    Column("offered_by", Text),
    Column("position", Integer, nullable=False),
    Index("capacity_use_of_school", "school", "programme", "period_order"),
)
"""What each case takes of its provider's days, by half term; what is left is declared less all of these."""

partnership = Table(
    "partnership",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("school", Text, nullable=False),
    Column("programme", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("accepted_on", Text, nullable=False),
    Column("per_mille", Integer),
    Column("position", Integer, nullable=False),
    Index("partnership_of_school", "programme", "school"),
)
"""Cases in which a school was the provider, and how far their objectives were met, as validated."""

objection = Table(
    "objection",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("school", Text, primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("objected_on", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Index("objection_of_recipient", "recipient"),
)

programme = Table(
    "programme",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("position", Integer, nullable=False),
)

wait_row = Table(
    "wait_row",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("wait", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("person", Text),
    Column("school", Text),
    Column("verb", Text, nullable=False),
    Column("due_at", Text, nullable=False),
    Column("next_at", Text),
    Column("unit", Text),
    Column("days", Integer),
    Column("calendar", Text, nullable=False),
    Column("began", Text),
    Column("provisional", Boolean, nullable=False),
    Column("overdue", Boolean, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("stuck", Text),
    Column("position", Integer, nullable=False),
    Index("wait_row_due", "due_at"),
    Index("wait_row_of_owner", "owner", "due_at"),
    Index("wait_row_of_person", "person", "due_at"),
    Index("wait_row_counted_on", "calendar", "school"),
    Index("wait_row_stuck", "stuck", "due_at"),
)
"""Everything that is awaited, one by one: whose it is, due when, and when something happens next by itself."""

assignment = Table(
    "assignment",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("party", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Index("assignment_of_person", "person"),
)
"""Whose work the parts of a case are, whether or not anything is awaited of them now."""

outbox = Table(
    "outbox",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("reference", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("wait", Text),
    Column("occurred_at", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Index("outbox_of_case", "reference"),
    Index("outbox_oldest", "occurred_at"),
)
"""Notices that are not settled yet: which event tells which party what. Who that is, delivery finds out."""

calendar = Table(
    "calendar",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("position", Integer, nullable=False),
)

calendar_school = Table(
    "calendar_school",
    metadata,
    Column("code", Text, primary_key=True),
    Column("school", Text, primary_key=True),
    Column("days", Text, nullable=False),
)

network = Table(
    "network",
    metadata,
    Column("code", Text, primary_key=True),
    Column("programme", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("places", Integer),
    Column("open", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
)
"""Networks and courses that schools can join; `content` is the whole entry as canonical JSON."""

network_use = Table(
    "network_use",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("network", Text, nullable=False),
    Column("school", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("places", Integer, nullable=False),
    Column("since", Text),
    Column("until", Text),
    Column("outcome", Text),
    Column("position", Integer, nullable=False),
    Index("network_use_of_network", "network", "school"),
)
"""Cases that ended in a network on record: `how` is enrolled or signposted; `places` are those still taken."""

overview = Table(
    "overview",
    metadata,
    Column("school", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("area", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("position", Integer, nullable=False),
)
"""Priorities of support overviews: `since` is the version in which the words of one were last changed."""

wake = Table(
    "wake",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("position", Integer, nullable=False),
)
"""Cases that must look again because of an event elsewhere, at that position; gone once they have looked."""

fund = Table(
    "fund",
    metadata,
    Column("code", Text, primary_key=True),
    Column("year", Text, primary_key=True),
    Column("programme", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("authorities", Text, nullable=False),
    Column("claims_until", Text),
    Column("open", Boolean, nullable=False),
    Column("allocated", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Index("fund_of_programme", "programme"),
)
"""Funds as they were declared. `allocated` is what was put in and carried in; what was carried on stands with the
later fund, in fund_carried, and what cases have of it in fund_use."""

fund_carried = Table(
    "fund_carried",
    metadata,
    Column("code", Text, primary_key=True),
    Column("year", Text, primary_key=True),
    Column("from_code", Text, primary_key=True),
    Column("from_year", Text, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
)

rate_card = Table(
    "rate_card",
    metadata,
    Column("code", Text, primary_key=True),
    Column("since", Text, primary_key=True),
    Column("until", Text),
    Column("programme", Text, nullable=False),
    Column("day_rate_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("position", Integer, nullable=False),
)

fund_use = Table(
    "fund_use",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("fund", Text, primary_key=True),
    Column("year", Text, primary_key=True),
    Column("programme", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("provider", Text),
    Column("reserved", BigInteger, nullable=False),
    Column("committed", BigInteger, nullable=False),
    Column("claimed", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("advanced", BigInteger, nullable=False),
    Column("liquidated", BigInteger, nullable=False),
    Column("returned", BigInteger, nullable=False),
    Column("written_off", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Index("fund_use_of_fund", "fund", "year"),
    Index("fund_use_of_provider", "provider", "programme"),
)
"""What each case has of a fund in a year; `committed` is what is committed and not paid yet."""

paper_use = Table(
    "paper_use",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("programme", Text, nullable=False),
    Column("provider", Text),
    Column("position", Integer, nullable=False),
    Index("paper_use_of_provider", "provider", "programme"),
)
"""The papers that stand for money of each case; the number as it is compared, in small letters."""

DERIVED: Final = tuple(table for table in metadata.sorted_tables if table is not wake)
"""What follows from the log alone and can be made anew from it; what is left to do cannot."""
