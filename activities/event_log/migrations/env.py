"""Run by Alembic, never imported: hands it the open connection and all metadata that shares the database."""

from alembic import context
from sqlalchemy import MetaData

from activities.event_log import schema
from activities.read_models.schema import metadata as read_models

METADATA: list[MetaData] = [schema.metadata, read_models]
"""A package that keeps tables beside the log adds its own here, and its revisions to versions/."""

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
