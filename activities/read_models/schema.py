"""Tables of the read models. They hold nothing personal: no name, no mail address, no free text."""

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, Table, Text

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
    Index("case_row_open_due", "open", "due_at"),
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
)

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

programme = Table(
    "programme",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("position", Integer, nullable=False),
)
