"""The log on PostgreSQL: the conformance suite, opening, migrations, and what roles and triggers refuse."""

from functools import partial

import pytest

from activities.event_log.engine import open_reader, open_writer
from tests.activities.event_log.conformance import LogConformance, Open
from tests.postgres import Database


class TestPostgresqlLog(LogConformance):
    @pytest.fixture
    def opens(self, database: Database) -> tuple[Open, Open]:
        return partial(open_writer, database.worker), partial(open_reader, database.staff)
