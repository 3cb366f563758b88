"""A file is held against the log: what was edited is written, what stands is not sent, what the office ended stays ended."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import event

from activities.home_files import read_key
from activities.mail.opening import opened_address, sealed_entry
from starter.commands.importing import Entry
from starter.commands.on_record import OnRecord
from starter.commands.provider import offer_entries, parse_offers
from starter.commands.schools_named import not_in_the_register
from starter.reading import reading
from starter.register.csv_file import MOST_PROBLEMS, nearest_kind
from starter.register.providers import ProviderRow
from starter.register.wales import OfferRow
from starter.sending import Sender
from tests.activities.builders import ADMIN, Office
from tests.starter.shell import Typed, typed

WALES = Path(__file__).resolve().parents[2] / "starter" / "sample" / "wales"


def edited(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A file of the sample in which these words were changed."""
    file = Path(shutil.copy(WALES / name, folder))
    text = file.read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file.write_text(text, "utf-8")
    return file


def tried(office: Office, noun: str, file: Path, *words: str) -> Typed:
    return typed(office, noun, "import", str(file), "--dry-run", *words)


@pytest.mark.parametrize(
    ("noun", "name"),
    [
        ("person", "people.csv"),
        ("provider", "offers.csv"),
        ("provider", "providers.csv"),
        ("network", "networks.csv"),
    ],
)
def test_a_file_that_is_on_record_changes_nothing(
    office: Office, tmp_path: Path, noun: str, name: str
) -> None:
    done = tried(office, noun, edited(tmp_path, name))
    assert (done.code, ": 0 new or changed, " in done.out) == (0, True), done


def test_a_note_that_was_edited_is_recorded(office: Office, tmp_path: Path) -> None:
    file = edited(tmp_path, "offers.csv", ("two practitioners", "three practitioners"))
    assert ": 1 new or changed, " in tried(office, "provider", file).out
    offer = {
        "programme": "EAS",
        "area": "literacy",
        "languages": ["cy", "en"],
        "quarter_days": 24,
        "note": "Whole-school reading and oracy; three practitioners",
    }
    assert office.done(ADMIN, "record-offer", offer, stream="provider/6990101").events == ("OfferRecorded",)
    assert ": 0 new or changed, " in tried(office, "provider", file).out


def test_a_note_that_was_taken_out_is_taken_out(office: Office, tmp_path: Path) -> None:
    file = edited(tmp_path, "offers.csv", ("Whole-school reading and oracy; two practitioners", ""))
    assert ": 1 new or changed, " in tried(office, "provider", file).out


def test_an_address_that_was_edited_is_where_mail_goes_from_then_on(office: Office, tmp_path: Path) -> None:
    person, name, before = (WALES / "people.csv").read_text("utf-8").splitlines()[1].split(",")[:3]
    file = edited(tmp_path, "people.csv", (f",{before},", ",new@cwm-enfys.example,"))
    told = tried(office, "person", file)
    assert ": 1 new or changed, " in told.out
    language = next(row for row in typed(office, "person", "list", "--json").json if row["person"] == person)
    identity = {"name": name, "email": "new@cwm-enfys.example", "language": language["language"]}
    office.done(ADMIN, "change", identity, stream=f"person/{person}")
    assert ": 0 new or changed, " in tried(office, "person", file).out
    with office.reading.connect() as connection:
        mailbox = opened_address(sealed_entry(connection, person), office.vault, "test")
    assert mailbox is not None
    assert mailbox.spec == "new@cwm-enfys.example"
    office.check()


def test_lines_of_one_person_that_do_not_agree_are_refused(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        "person,name,email,language,post,school,programme,from,to\n"
        "gwen.two,Gwen,gwen@x.example,cy,auditor,,,2026-09-01,\n"
        "gwen.two,Gwen,gwen@y.example,cy,finance,,,2026-09-01,\n",
        "utf-8",
    )
    done = tried(office, "person", file)
    assert done.code == 7
    assert "people.csv:2 · email · line 3 says otherwise" in done.err


def test_a_network_that_the_office_closed_stays_closed(office: Office, tmp_path: Path) -> None:
    office.done(ADMIN, "close", stream="network/numeracy-leads")
    done = tried(office, "network", edited(tmp_path, "networks.csv", (",24,", ",30,")))
    assert "networks.csv:2 · closed since, not touched" in done.err
    assert "Networks: 0 new or changed, 3 as on record, 0 refused, 1 not touched." in done.out
    assert done.code == 0


def test_a_designation_that_the_office_ended_stays_ended_and_a_later_one_begins(
    office: Office, tmp_path: Path
) -> None:
    until = {"programme": "EAS", "until": "2026-09-30"}
    office.done("adviser.meinir", "end-designation", until, stream="provider/6990101")
    done = tried(office, "provider", edited(tmp_path, "providers.csv"))
    assert "providers.csv:2 · ended since, not touched" in done.err
    assert "0 refused, 1 not touched." in done.out
    later = edited(tmp_path, "providers.csv", ("literacy,2025-09-01", "literacy,2026-10-01"))
    assert "Providers: 1 new or changed, " in tried(office, "provider", later).out


def test_last_years_list_changes_nothing_once_a_school_is_designated_for_the_next(
    office: Office, tmp_path: Path
) -> None:
    stream, file = "provider/6990101", edited(tmp_path, "providers.csv")
    following = {"programme": "EAS", "areas": ["numeracy"], "since": "2027-09-01"}
    office.done("adviser.meinir", "designate", following, stream=stream)
    assert ": 0 new or changed, " in tried(office, "provider", file).out
    office.done(
        "adviser.meinir", "end-designation", {"programme": "EAS", "until": "2027-07-20"}, stream=stream
    )
    done = tried(office, "provider", file)
    assert "providers.csv:2 · ended since, not touched" in done.err
    nexts = edited(tmp_path, "providers.csv", ("literacy,2025-09-01", "literacy,2027-09-01"))
    assert "providers.csv:2 · ended since, not touched" in tried(office, "provider", nexts).err
    office.check()


def test_an_end_that_the_file_itself_gave_can_be_taken_back_by_the_file(
    office: Office, tmp_path: Path
) -> None:
    given = {"programme": "EAS", "areas": ["literacy"], "since": "2025-09-01", "until": "2026-12-18"}
    office.done("adviser.meinir", "designate", given, stream="provider/6990101")
    assert "1 new or changed" in tried(office, "provider", edited(tmp_path, "providers.csv")).out


@pytest.mark.parametrize(
    ("noun", "name", "column"),
    [
        ("person", "people.csv", "Telephone"),
        ("provider", "offers.csv", "Colour"),
        ("provider", "providers.csv", "Colour"),
        ("network", "networks.csv", "Colour"),
    ],
)
def test_columns_that_nobody_reads_are_said_at_every_door(
    office: Office, tmp_path: Path, noun: str, name: str, column: str
) -> None:
    file = edited(tmp_path, name)
    header, rest = file.read_text("utf-8").split("\n", 1)
    file.write_text(f"{header},{column}\n{rest}", "utf-8")
    said = tried(office, noun, file).err
    assert f"{name}: not read: " in said
    assert f"{column}.\n" in said


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("School Number,Area,Languages,Days Per Term,Note", OfferRow),
        ("School Number,Area,Langauges,Days Per Term", OfferRow),
        ("school_number,AREAS,Designated From", ProviderRow),
        ("School Number,Half Term From,Days Per Half Term", ProviderRow),
        ("School Number,Areas,Designated From,Languages,Note", ProviderRow),
    ],
)
def test_the_kind_of_a_file_is_that_whose_columns_it_has(header: str, kind: type) -> None:
    assert nearest_kind(header.split(","), (OfferRow, ProviderRow)) is kind


def test_a_column_that_is_misspelt_is_asked_for_by_its_name(office: Office, tmp_path: Path) -> None:
    providers = edited(tmp_path, "providers.csv", ("Designated To", "Designated Til"))
    assert (
        "not read: Designated Til (did you mean Designated To?)." in tried(office, "provider", providers).err
    )
    offers = edited(tmp_path, "offers.csv", ("Languages", "Langauges"))
    done = tried(office, "provider", offers)
    assert (done.code, "lacks the column Languages." in done.err) == (2, True)
    assert "Is Langauges the column Languages?" in done.err


def test_empty_parts_of_a_cell_are_no_parts(office: Office, tmp_path: Path) -> None:
    file = edited(
        tmp_path, "providers.csv", ("mathematics-numeracy;science", "mathematics-numeracy; ;science")
    )
    assert ": 0 new or changed, " in tried(office, "provider", file).out


def test_some_lines_of_a_whole_register_are_no_whole_register(office: Office, tmp_path: Path) -> None:
    done = tried(office, "school", edited(tmp_path, "schools.csv"), "--whole", "--only-rows", "2")
    assert (done.code, "give one of them" in done.err) == (2, True)


def test_single_lines_leave_a_result_of_their_own(office: Office, tmp_path: Path) -> None:
    file = edited(tmp_path, "networks.csv")
    done = typed(office, "network", "import", str(file), "--only-rows", "3")
    assert done.code == 0, done
    result = file.with_name("networks.result.csv").read_text("utf-8-sig").splitlines()
    assert [line.rsplit(",", 3)[1] for line in result[1:]] == ["unchanged"]


def test_too_many_requests_that_cannot_be_are_too_many_wherever_they_are_found_out(
    office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "requests.csv"
    file.write_text(
        "Key,Route,Recipient,Area,Phase,Language,Urgency,Need,Desired Start\n"
        "a,sip,6990004,literacy,Tea,en,normal,Help.,2027-03-01\n"
        "b,sip,6990004,numercay,Primary,en,normal,Help.,2027-03-01\n",
        "utf-8",
    )
    line = ("bulk", "open", str(file), "--dry-run", "--max-errors")
    assert typed(office, *line, "2").code == 7
    done = typed(office, *line, "1")
    assert (done.code, "has 2 rows that cannot be; nothing was sent." in done.err) == (2, True)


def test_more_than_an_entry_can_hold_is_said_by_line_and_column(office: Office, tmp_path: Path) -> None:
    many = (
        ";".join(f"2027-01-{day:02}" for day in range(1, 32))
        + ";"
        + ";".join(f"2027-03-{day:02}" for day in range(1, 32))
    )
    file = edited(tmp_path, "networks.csv", ("2027-01-27;2027-04-28", many))
    done = tried(office, "network", file)
    assert done.code == 7
    assert "networks.csv:3 · Dates · takes at most 40" in done.err


def statements(office: Office, entries: list[Entry]) -> int:
    """With how many statements the entries are held against the log."""
    count = 0

    def one_more(*_: object) -> None:
        nonlocal count
        count += 1

    sender = Sender(office.settings, ADMIN, read_key(office.settings.profiles / f"{ADMIN}.key"))
    with reading(office.settings) as log:
        event.listen(log.engine, "before_cursor_execute", one_more)
        OnRecord(log, sender).held_against(entries)
    return count


def test_a_long_file_takes_no_more_statements_than_a_short_one(office: Office) -> None:
    offers = offer_entries(parse_offers(WALES / "offers.csv"), "EAS")
    assert statements(office, offers) == statements(office, offers[:2])


def test_of_many_schools_that_nobody_knows_as_many_are_looked_for_as_are_shown(
    office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "offers.csv"
    rows = [f"69901{place:02},numeracy,en,2," for place in range(50, 80)]
    file.write_text("\n".join(["School Number,Area,Languages,Days Per Term,Note", *rows, ""]), "utf-8")
    with reading(office.settings) as log:
        told = [words for _line, _field, words in not_in_the_register(log, parse_offers(file).rows)]
    assert len(told) == len(rows)
    assert sum("Did you mean" in words for words in told) == MOST_PROBLEMS


def test_a_school_that_is_closed_and_was_never_on_record_is_counted_apart(
    office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "schools.csv"
    file.write_text(
        "School Number,School Name,LA Name,Phase,Status\n"
        "6800001,A,Newfield,Primary,Closed\n6800002,B,Newfield,Primary,Open\n",
        "utf-8",
    )
    done = typed(office, "school", "import", str(file), "--dry-run", "--profile", "admin")
    assert "Schools: 1 new or changed, 0 as on record, 0 refused, 1 closed, not entered." in done.out, done
