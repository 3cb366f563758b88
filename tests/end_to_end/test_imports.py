"""Registers are read row by row: what is refused can be mended and read again, what is in stays in."""

from pathlib import Path

from tests.end_to_end.office import RunningOffice

_SCHOOLS = "School Number,School Name,LA Name,Phase\n{number},Ysgol Newydd,Llanbryn,Primary\n"
_OFFERS = "School Number,Area,Languages,Days Per Term,Note\n{number},numeracy,en,2,\n"


def test_a_row_that_was_refused_goes_in_once_the_register_is_mended(
    running: RunningOffice, tmp_path: Path
) -> None:
    people, schools = tmp_path / "people.csv", tmp_path / "schools.csv"
    people.write_text(
        "person,name,email,language,post,school,programme,from,to\n"
        "gwen.early,Gwen,gwen@x.example,cy,head,6997001,,2026-09-01,\n"
    )
    schools.write_text(_SCHOOLS.format(number="6997001"))
    for new in (1, 0):
        refused = running.here("person", "import", str(people))
        assert refused.code == 7
        assert refused.out.endswith(f"✗ People and posts: {new} new or changed, 0 as on record, 1 refused.\n")
    running.here("school", "import", str(schools)).well()
    assert "1 new or changed" in running.here("person", "import", str(people), "--dry-run").well().out
    before = running.length()
    assert "1 new or changed" in running.here("person", "import", str(people)).well().out
    assert running.length() == before + 1
    running.here("person", "import", str(people)).well()
    assert running.length() == before + 1


def test_a_school_that_nobody_knows_is_told_by_line_and_column_before_anything_is_sent(
    running: RunningOffice, tmp_path: Path
) -> None:
    offers = tmp_path / "offers.csv"
    offers.write_text(_OFFERS.format(number="6990199"))
    done = running.here("provider", "import", str(offers))
    assert done.code == 7
    assert "offers.csv:2 · School Number · 6990199 is not in the register. Did you mean" in done.err
    assert done.out.endswith("✗ Offers: 0 new or changed, 0 as on record, 0 refused, 1 wrong.\n")
    assert running.here("provider", "import", str(offers), "--strict").code == 2


def test_a_refusal_that_is_given_again_under_its_key_says_that_it_is_kept(running: RunningOffice) -> None:
    line = ("person", "post", "nobody.yet", "broker", "--since", "2026-01-05", "--key", "kept-refusal")
    first, second = running.here(*line), running.here(*line)
    assert (first.code, second.code) == (4, 4)
    assert "is kept" not in first.err
    assert "; the answer is kept. To ask again use another --key." in second.err


def test_people_on_record_without_a_key_get_one(running: RunningOffice, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(
        "person,name,email,language,post,school,programme,from,to\n"
        "gwen.keyless,Gwen,gwen@x.example,cy,auditor,,,2026-09-01,\n"
    )
    running.here("person", "import", str(people)).well()
    assert not _has_key(running, "gwen.keyless")
    told = running.here("person", "import", str(people), "--new-keys", "--dry-run").well().out
    assert "People and posts: 1 new or changed, 1 as on record, 0 refused." in told
    assert not (running.settings.profiles / "gwen.keyless.key").exists()
    for new, same in ((1, 1), (0, 1)):
        out = running.here("person", "import", str(people), "--new-keys").well().out
        assert out == f"✓ People and posts: {new} new or changed, {same} as on record, 0 refused.\n"
        assert _has_key(running, "gwen.keyless")


def test_what_was_edited_in_a_file_is_written_once_and_what_the_office_ended_stays_ended(
    running: RunningOffice, tmp_path: Path
) -> None:
    people, offers, networks = (tmp_path / f"{name}.csv" for name in ("people", "offers", "networks"))
    header = "person,name,email,language,post,school,programme,from,to\n"
    people.write_text(header + "huw.edited,Huw,huw@x.example,cy,auditor,,,2026-09-01,\n")
    running.here("person", "import", str(people)).well()
    people.write_text(header + "huw.edited,Huw Rees,rees@x.example,cy,auditor,,,2026-09-01,\n")
    offers.write_text(_OFFERS.format(number="6990101").replace("numeracy,en,2,", "numeracy,en,2,First words"))
    running.here("provider", "import", str(offers)).well()
    offers.write_text(offers.read_text().replace("First", "Other"))
    for new, same in ((1, 1), (0, 1)):
        out = running.here("person", "import", str(people)).well().out
        assert out == f"✓ People and posts: {new} new or changed, {same} as on record, 0 refused.\n"
    for new, same in ((1, 0), (0, 1)):
        out = running.here("provider", "import", str(offers)).well().out
        assert out == f"✓ Offers: {new} new or changed, {same} as on record, 0 refused.\n"
    networks.write_text(
        "Code,Form,Title EN,Title CY,Areas,Languages,How EN,How CY\n"
        "edited-network,network,Leads,Arweinwyr,numeracy,en,Write.,Ysgrifennwch.\n"
    )
    running.here("network", "import", str(networks)).well()
    running.here("network", "close", "edited-network").well()
    again = running.here("network", "import", str(networks)).well()
    assert again.out == "✓ Networks: 0 new or changed, 0 as on record, 0 refused, 1 not touched.\n"
    assert "networks.csv:2 · closed since, not touched" in again.err
    running.here(
        "person", "change", "huw.edited", "--name", "H", "--email", "h@x.example", "--language", "en"
    ).well()
    assert running.here("audit", "verify").well().out.startswith("✓ The log holds")


def _has_key(office: RunningOffice, person: str) -> bool:
    rows = office.here("person", "list", "--json").json
    return any(row["has_key"] for row in rows if row["person"] == person)


def test_whoever_has_no_key_on_record_learns_how_an_administrator_gives_one(
    running: RunningOffice, tmp_path: Path
) -> None:
    add = ("person", "add", "tomos.keyless", "--name", "Tomos", "--email", "t@x.example")
    running.here(*add).well()
    assert "brokerage person replace-key tomos.keyless --public-key KEY" in running.here(*add).err
    made = running.here("person", "key", "tomos.keyless").well()
    give = f"brokerage person replace-key tomos.keyless --public-key {made.out.strip()}"
    assert give in made.err
    refused = running.here("person", "post", "nobody", "auditor", "--since", "today", profile="tomos.keyless")
    assert (refused.code, "R-SIGNATURE" in refused.err) == (4, True)
    assert "brokerage person replace-key tomos.keyless --public-key KEY" in refused.err
    doctor = running.here("doctor", BROKERAGE_PROFILE="tomos.keyless")
    assert (
        f"You are tomos.keyless, who has no key on record. Ask an administrator. They run: {give}"
        in doctor.out
    )
    running.here_line(give).well()
    assert "no key on record" not in running.here("doctor", BROKERAGE_PROFILE="tomos.keyless").out


def test_an_area_of_another_programme_is_found_there(running: RunningOffice, tmp_path: Path) -> None:
    offers = tmp_path / "offers.csv"
    offers.write_text("School Number,Area,Languages,Days Per Term,Note\n900101,lac-shs,en,2,\n")
    done = running.here("provider", "import", str(offers))
    assert done.code == 7
    assert "EAS has no area 'lac-shs'.  R-AREA\n  DEPED has it: --programme DEPED." in done.err


def test_a_register_of_another_kind_is_recognised(running: RunningOffice, tmp_path: Path) -> None:
    schools = tmp_path / "schools.csv"
    schools.write_text("School ID,School Name,Division,Curricular Offering\n900001,A,B,Elementary School\n")
    done = running.here("school", "import", str(schools))
    assert (done.code, "E-COLUMNS" in done.err) == (2, True)
    assert "--map deped" in done.err


_DAYS = "School Number,What,First,Last,Reason\n6990004,inset,2027-01-04,,\n6990005,closed,2027-01-07,2027-01-08,snow\n"


def test_days_of_many_schools_go_in_once_and_what_an_import_does_not_name_stays(
    running: RunningOffice, tmp_path: Path
) -> None:
    days = tmp_path / "days.csv"
    days.write_text(_DAYS)
    for new, same in ((2, 0), (0, 2)):
        out = running.here("calendar", "import", str(days)).well().out
        assert out == f"✓ Schools: {new} new or changed, {same} as on record, 0 refused.\n"
    running.here("calendar", "set-days", "--school", "6990005", "--inset", "2027-01-05").well()
    own = running.here("calendar", "show", "--school", "6990005", "--json").json["own"]
    assert (own["inset"], own["closures"][0]["reason"]) == (["2027-01-05"], "snow")
    assert running.here("audit", "verify").well().out.startswith("✓ The log holds")
