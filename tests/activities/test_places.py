"""Where log and vault are, as environment and home say it; and what a URL may not hold."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from activities.database_url import DatabaseUrl
from activities.places import PlaceError, log_place, vault_place
from activities.settings import Settings

WORKER, VAULT = "postgresql://worker@db.example/brokerage", "postgresql://vault@db.example/brokerage"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATABASE_URL", "VAULT_URL", "OWNER_URL"):
        monkeypatch.delenv(f"BROKERAGE_{name}", raising=False)
    return tmp_path


def write(home: Path, text: str) -> None:
    (home / "database.toml").write_text(text, "utf-8")


def test_a_home_of_which_nobody_says_anything_keeps_files(home: Path) -> None:
    settings = Settings(home=home)
    assert (log_place(settings), vault_place(settings)) == (home / "log.db", home / "vault.db")


def test_the_environment_says_where_they_are(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKERAGE_DATABASE_URL", WORKER)
    monkeypatch.setenv("BROKERAGE_VAULT_URL", VAULT)
    write(home, f'database_url = "{VAULT}"\nvault_url = "{WORKER}"\n')
    settings = Settings(home=home)
    assert (str(log_place(settings)), str(vault_place(settings))) == (WORKER, VAULT)


def test_the_home_says_where_its_own_server_is(home: Path) -> None:
    write(home, f'database_url = "{WORKER}"\nvault_url = "{VAULT}"\n')
    settings = Settings(home=home)
    assert (log_place(settings), vault_place(settings)) == (DatabaseUrl(WORKER), DatabaseUrl(VAULT))


def test_a_log_in_a_database_never_goes_with_a_vault_in_a_file(home: Path) -> None:
    write(home, f'database_url = "{WORKER}"\nvault_url = "{VAULT}"\n')
    settings = Settings(home=home, database_url=DatabaseUrl("postgresql://a@elsewhere/x"))
    with pytest.raises(PlaceError, match="nothing says where the vault is") as refused:
        vault_place(settings)
    assert "BROKERAGE_VAULT_URL" in refused.value.fix


@pytest.mark.parametrize(
    "text",
    [
        "",
        "database_url = ",
        f'database_url = "{WORKER}"\n',
        f'database_url = "{WORKER}"\nvault_url = "{VAULT}"\nmore = 1\n',
        f'database_url = "postgresql://a:S3cret@h/d"\nvault_url = "{VAULT}"\n',
        f'database_url = 7\nvault_url = "{VAULT}"\n',
        f'database_url = "sqlite:///log.db"\nvault_url = "{VAULT}"\n',
    ],
)
def test_a_file_that_says_nothing_of_use_is_named_with_what_mends_it(home: Path, text: str) -> None:
    write(home, text)
    for place in (log_place, vault_place):
        with pytest.raises(PlaceError, match=r"database\.toml cannot be read") as refused:
            place(Settings(home=home))
        assert "S3cret" not in str(refused.value)
        assert refused.value.fix == "Write it anew: brokerage up"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://worker:S3cret@db.example/brokerage",
        "postgresql://worker:@db.example/brokerage",
        "postgresql://worker@db.example/brokerage?password=S3cret",
        "postgresql://worker@db.example/brokerage?sslmode=require&sslpassword=S3cret",
        "postgresql://worker@db.example/brokerage?%70assword=S3cret",
        "postgresql://worker@db.example/brokerage?password=",
        # What a reader of URLs takes for a fragment or a query is part of the password to libpq.
        "postgresql://worker:pa#S3cret@db.example/brokerage",
        "postgresql://worker:pa?S3cret@db.example/brokerage",
        "postgresql://worker:pa/S3cret@db.example/brokerage",
        "postgresql://worker:pa%23S3cret@db.example/brokerage",
        "postgresql://worker@db.example/brokerage?application_name=x#&password=S3cret",
        "postgresql://worker@db.example/brokerage#S3cret",
        "postgresql://worker@db.example/brokerage\n?password=S3cret",
        "postgresql://worker@db.example/brokerage?colour=S3cret",
        "postgresql://worker@db.example/%S3cret",
        "mysql://worker@db.example/S3cret",
        "host=db.example password=S3cret",
        "S3cret",
        "",
        "postgresql://[S3cret",
    ],
)
@pytest.mark.parametrize("name", ["DATABASE_URL", "VAULT_URL", "OWNER_URL"])
def test_a_url_with_a_password_is_refused_and_never_repeated(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, url: str
) -> None:
    monkeypatch.setenv(f"BROKERAGE_{name}", url)
    with pytest.raises(ValidationError) as refused:
        Settings(home=home)
    assert [problem["loc"] for problem in refused.value.errors()] == [(name.lower(),)]
    assert "S3cret" not in str(refused.value) + repr(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        WORKER,
        "postgres://worker@db.example:5433/brokerage?sslmode=verify-full&passfile=%2Frun%2Fsecrets%2Fpgpass",
        "postgresql:///brokerage?host=/run/postgresql",
        "postgresql:///?service=brokerage",
        "postgresql://worker@one.example,two.example/brokerage?target_session_attrs=read-write",
    ],
)
def test_whatever_else_libpq_knows_may_stand_there(url: str) -> None:
    assert str(DatabaseUrl(url)) == url


@given(
    st.text(max_size=40)
    | st.text("ab:@/?#&=%34 [],", max_size=30)
    | st.from_regex(r"w:?p?@h/d[?#]password=.*")
)
def test_what_is_taken_shows_no_password_whatever_is_typed(text: str) -> None:
    from psycopg import Error
    from psycopg.conninfo import conninfo_to_dict

    try:
        url = DatabaseUrl(f"postgresql://{text}")
        parameters = conninfo_to_dict(str(url))
    except (ValueError, Error):
        return
    assert "password" not in parameters
