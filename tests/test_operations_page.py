"""What docs/operations.md says to type on a PostgreSQL server makes one that workers and staff can use."""

import re
from pathlib import Path

import pytest

from activities.event_log.engine import open_reader, open_writer
from activities.event_log.postgresql_roles import require_writer
from activities.event_log.verify import verify_log
from activities.vault import open_vault
from tests.activities.event_log.builders import small_log
from tests.postgres import Server

PAGE = Path(__file__).parents[1] / "docs" / "operations.md"


def test_the_statements_of_the_page_set_up_a_server(tmp_path_factory: pytest.TempPathFactory) -> None:
    (statements,) = re.findall(r"```sql\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    with Server(tmp_path_factory.mktemp("bare")) as server:
        administration = server.database("postgres")
        administration.as_superuser(
            "DROP DATABASE brokerage",
            *(f"DROP ROLE {role}" for role in ("owner", "worker", "staff", "vault")),
            *(f"DROP ROLE brokerage_{role}" for role in ("writer", "reader", "vault")),
        )
        # psql's own word between them says that the rest is typed in the new database.
        on_the_server, in_the_database = statements.split("\\connect brokerage\n")
        administration.as_superuser(*filter(None, map(str.strip, on_the_server.split(";"))))
        server.database("brokerage").as_superuser(*filter(None, map(str.strip, in_the_database.split(";"))))
        with server.passwords.open("a") as file:
            file.write("127.0.0.1:*:*:auditor:of-the-auditor\n")
        server.set_passwords("owner", "worker", "vault", "auditor")
        database = server.database("brokerage")
        server.migrate(database)
        with open_writer(database.worker).connect() as connection:
            require_writer(connection)
        small_log(open_writer(database.worker))
        assert verify_log(open_reader(database.url("auditor"))).clean
        open_vault(database.vault).dispose()
