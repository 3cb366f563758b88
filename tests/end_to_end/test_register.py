"""Registers and requests are read whole: every wrong row is named, the good ones go in, and once."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.office import Done, RunningOffice, today

_HEADER = "School Number,School Name,LA Name,Phase,Pupils"


def register(folder: Path, numbers: range, authority: str = "Newfield", **odd: str) -> Path:
    """A register of those schools; `odd` gives whole lines by number."""
    file = folder / "schools.csv"
    lines = [odd.get(f"n{n}", f"{n},Ysgol {n},{authority},Primary,100") for n in numbers]
    file.write_text("\n".join([_HEADER, *lines, ""]), "utf-8")
    return file


def schools(office: RunningOffice, authority: str) -> dict[str, Any]:
    rows = office.here("school", "list", "--authority", authority, "--json").json
    return {row["number"]: row for row in rows}


def result(file: Path) -> dict[str, dict[str, str]]:
    text = file.with_name(f"{file.stem}.result.csv").read_text("utf-8-sig")
    return {next(iter(row.values())): row for row in csv.DictReader(io.StringIO(text, newline=""))}


def test_wrong_rows_are_named_by_line_and_column_and_the_others_go_in(
    running: RunningOffice, tmp_path: Path
) -> None:
    file = register(
        tmp_path,
        range(6995001, 6995011),
        n6995003="6995003,Y,Newfield,Tea,1",
        n6995007="x,Y,Newfield,Primary,1",
    )
    strict = running.here("school", "import", str(file), "--strict")
    assert (strict.code, "has 2 problems; nothing was sent." in strict.err) == (2, True)
    capped = running.here("school", "import", str(file), "--max-errors", "1")
    assert (capped.code, "nothing was sent" in capped.err) == (2, True)
    seen = running.here("school", "import", str(file), "--dry-run")
    assert (seen.code, "8 new or changed" in seen.out) == (7, True)
    done = running.here("school", "import", str(file))
    assert done.code == 7
    assert "schools.csv:4 · Phase · must be Nursery" in done.err
    assert "schools.csv:8 · School Number · must be the number of a school" in done.err
    assert done.out.endswith("✗ Schools: 8 new or changed, 0 as on record, 0 refused, 2 wrong.\n")
    assert len(schools(running, "Newfield")) == 8
    told = result(file)
    assert {row["status"] for row in told.values()} == {"done", "wrong"}
    assert told["6995003"]["message"].startswith("Phase · must be Nursery")
    head = running.length()
    again = running.here("school", "import", str(file))
    assert (again.code, "0 new or changed, 8 as on record" in again.out, running.length()) == (7, True, head)
    mended = register(tmp_path, range(6995001, 6995011), n6995007="6995007,Y,Newfield,Primary,1")
    only = running.here("school", "import", str(mended), "--only-rows", "4,8").well()
    assert "2 new or changed, 0 as on record" in only.out
    assert {row["status"] for row in result(file).values()} == {"done"}


def test_of_a_whole_register_the_missing_become_inactive_and_are_never_removed(
    running: RunningOffice, tmp_path: Path
) -> None:
    running.here("school", "import", str(register(tmp_path, range(6995101, 6995121), "Oldham Vale"))).well()
    running.here("school", "import", str(register(tmp_path, range(6995101, 6995120), "Oldham Vale"))).well()
    assert all(row["open"] for row in schools(running, "Oldham Vale").values())
    most = running.here(
        "school", "import", str(register(tmp_path, range(6995101, 6995111), "Oldham Vale")), "--whole"
    )
    assert (most.code, "E-WHOLE" in most.err, "10 of 20 schools" in most.err) == (4, True, True)
    one = running.here(
        "school", "import", str(register(tmp_path, range(6995101, 6995120), "Oldham Vale")), "--whole"
    ).well()
    assert "Not in the file, and inactive from now on: 1 of 20: 6995120 Ysgol 6995120." in one.err
    gone = schools(running, "Oldham Vale")["6995120"]
    assert (gone["open"], gone["inactive"]) == (False, "missing")
    # Another authority's schools are not what this file is about.
    assert all(
        row["open"] for row in running.here("school", "list", "--authority", "Cwm Enfys", "--json").json
    )
    back = running.here(
        "school", "import", str(register(tmp_path, range(6995101, 6995121), "Oldham Vale")), "--whole"
    ).well()
    assert "1 new or changed, 19 as on record" in back.out
    assert schools(running, "Oldham Vale")["6995120"]["open"]


def test_a_register_of_england_has_places_and_leaves_out_what_closed_before_we_knew_it(
    running: RunningOffice, tmp_path: Path
) -> None:
    file = tmp_path / "gias.csv"
    columns = "URN,LA (name),EstablishmentName,EstablishmentStatus (name),CloseDate,PhaseOfEducation (name),Easting,Northing,Head"
    open_, closed = (
        "800001,Riverton,Café School,Open,,Primary,651409,313177,A",
        "800002,Riverton,B,Closed,31-08-2019,Primary,0,0,B",
    )
    file.write_bytes("\r\n".join([columns, open_, closed]).encode("cp1252"))
    done = running.here("school", "import", str(file), "--map", "gias").well()
    assert "gias.csv is read as Windows-1252 (cp1252)" in done.err
    assert "gias.csv: not read: Head." in done.err
    (row,) = schools(running, "Riverton").values()
    assert (row["name"], row["latitude"], row["longitude"]) == ("Café School", 52657977, 1716038)
    file.write_bytes("\r\n".join([columns, open_.replace("Open,", "Closed,31-08-2026")]).encode("cp1252"))
    running.here("school", "import", str(file), "--map", "gias").well()
    (row,) = schools(running, "Riverton").values()
    assert (row["inactive"], row["inactive_since"]) == ("closed", "2026-08-31")
    wrong = running.here("school", "import", str(file))
    assert (wrong.code, "another kind: --map gias" in wrong.err) == (2, True)


def test_an_office_reads_its_own_register_by_a_profile_of_its_own(
    running: RunningOffice, tmp_path: Path
) -> None:
    profile, file = tmp_path / "ours.toml", tmp_path / "ours.csv"
    profile.write_text(
        'code = "ours"\n[columns]\nnumber = ["Nr"]\nname = ["Nom"]\nauthority = ["Lieu"]\nphase = ["P"]\n'
        '[values.phase]\n"1" = "primary"\n"2" = "secondary"\n',
        "utf-8",
    )
    file.write_text("Nr;Nom;Lieu;P\n6995201;École;Ville;2\n", "utf-8")
    running.here("school", "import", str(file), "--map", str(profile)).well()
    assert schools(running, "Ville")["6995201"]["phase"] == "secondary"
    profile.write_text('code = "ours"\n[columns]\nnumber = ["Nr"]\nnome = ["Nom"]\n', "utf-8")
    wrong = running.here("school", "import", str(file), "--map", str(profile))
    assert (wrong.code, "E-PROFILE" in wrong.err) == (2, True)
    assert "nome: is no field of a school. Did you mean name?" in wrong.err
    assert "columns.phase: is missing" in wrong.err


def test_an_open_case_of_a_closed_school_is_on_a_list_of_its_own(
    running: RunningOffice, tmp_path: Path
) -> None:
    running.here("school", "import", str(register(tmp_path, range(6995301, 6995303), "Endfield"))).well()
    sip = (
        "person",
        "add",
        "sip.endfield",
        "--name",
        "S",
        "--email",
        "s@x.example",
        "--new-key",
        "--since",
        "yesterday",
    )
    running.here(*sip, "--post", "sip:6995301").well()
    requests = tmp_path / "requests.csv"
    requests.write_text(f"{_REQUESTS}\n{request('end-1', 6995301)}\n")
    running.here("bulk", "open", str(requests), profile="sip.endfield").well()
    assert running.here("work", "inactive-schools", "--authority", "Endfield", "--json").json == []
    running.here(
        "school", "close", "6995301", "--on", "yesterday", "--successor", "6995302", "--reason", "merged"
    ).well()
    (row,) = running.here("work", "inactive-schools", "--authority", "Endfield", "--json").json
    assert (row["school"], row["inactive"], row["successor"], row["part"]) == (
        "6995301",
        "closed",
        "6995302",
        "recipient",
    )
    assert running.here("work", "inactive-schools").well().out.count("6995301") >= 1
    running.here("school", "reopen", "6995301", "--on", "today").well()
    assert running.here("work", "inactive-schools", "--authority", "Endfield", "--json").json == []
    assert running.here("school", "close", "6995999", "--on", "yesterday").code == 3


_START = today("EAS") + timedelta(days=90)
_REQUESTS = "Key,Route,Recipient,Area,Phase,Language,Urgency,Need,Desired Start"


@pytest.fixture(scope="module")
def asking(running: RunningOffice, tmp_path_factory: pytest.TempPathFactory) -> RunningOffice:
    """Twelve schools, one of them closed, and the improvement partner of all of them."""
    folder = tmp_path_factory.mktemp("asking")
    running.here("school", "import", str(register(folder, range(6995401, 6995413), "Askham"))).well()
    posts = [word for n in range(6995401, 6995413) for word in ("--post", f"sip:{n}")]
    add = (
        "person",
        "add",
        "sip.askham",
        "--name",
        "S",
        "--email",
        "s@x.example",
        "--new-key",
        "--since",
        "yesterday",
    )
    running.here(*add, *posts).well()
    running.here("school", "close", "6995412", "--on", "yesterday").well()
    return running


def opened(office: RunningOffice, file: Path, *more: str) -> Done:
    return office.here("bulk", "open", str(file), *more, profile="sip.askham")


def request(key: str, school: int, area: str = "numeracy", phase: str = "Primary") -> str:
    return f"{key},sip,{school},{area},{phase},en,normal,Help with planning.,{_START}"


def test_requests_are_opened_once_and_every_row_that_cannot_be_says_why(
    asking: RunningOffice, tmp_path: Path
) -> None:
    file = tmp_path / "requests.csv"
    good = [request(f"ask-{n}", n) for n in range(6995401, 6995407)]
    bad = [
        request("ask-unknown", 6995499),
        request("ask-closed", 6995412),
        request("ask-area", 6995407, "numercay"),
        request("ask-twice", 6995401),
        request("ask-phase", 6995408, phase="Secondary"),
        request("ask-form", 6995409, phase="Tea"),
    ]
    file.write_text("\n".join([_REQUESTS, *good, *bad, ""]))
    assert opened(asking, file, "--strict").code == 2
    seen = opened(asking, file, "--dry-run")
    assert (seen.code, "6 would be opened, 1 refused, 5 wrong" in seen.out) == (7, True)
    first = opened(asking, file)
    assert (first.code, first.out.splitlines()[-2]) == (7, "✗ Requests: 6 opened, 1 refused, 5 wrong.")
    for words in (
        "requests.csv:8 · 6995499 is not in the register.",
        "requests.csv:9 · 6995412 is not open  E-SCHOOL",
        "requests.csv:10 · 'numercay' is not an area. Did you mean numeracy?  E-AREA",
        "requests.csv:11 · line 2 asks for the same  E-DUP",
        "requests.csv:13 · Phase · must be",
    ):
        assert words in first.err
    told = result(file)
    assert told["ask-phase"]["code"] == "R-PHASE"
    references = {told[f"ask-{n}"]["reference"] for n in range(6995401, 6995407)}
    cases = asking.here("case", "list", "--authority", "Askham", "--json").json
    assert {case["reference"] for case in cases} == references
    before = asking.length()
    file.write_text("\n".join([_REQUESTS, *good, ""]))
    again = opened(asking, file).well()
    assert (again.out.splitlines()[-2], asking.length()) == ("✓ Requests: 6 already.", before)
    assert {row["reference"] for row in result(file).values()} == references
    # Under another key it is a request for what is open already.
    file.write_text("\n".join([_REQUESTS, request("ask-other", 6995402), ""]))
    other = opened(asking, file)
    assert (other.code, "E-DUP" in other.err, asking.length()) == (7, True, before)
    # What was refused is asked anew, once it is mended.
    file.write_text("\n".join([_REQUESTS, request("ask-phase", 6995408), ""]))
    assert opened(asking, file).well().out.splitlines()[-2] == "✓ Requests: 1 opened."


def test_the_drafts_of_a_file_are_submitted_by_the_line_that_follows(
    asking: RunningOffice, tmp_path: Path
) -> None:
    """Those of the file and no other drafts of the school; what has no head to be asked is told by itself."""
    head = ("person", "add", "head.askham", "--name", "H", "--email", "h@x.example", "--new-key")
    posts = [word for n in (6995401, 6995402) for word in ("--post", f"head:{n}")]
    asking.here(*head, "--since", "yesterday", *posts).well()
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    theirs.write_text("\n".join([_REQUESTS, request("sub-0", 6995401, "humanities"), ""]))
    opened(asking, theirs).well()
    wanted = [request(f"sub-{n}", n, "literacy") for n in (6995401, 6995402, 6995403)]
    bad = [
        request("sub-bad", 6995404, "numercay"),
        request("sub-dup", 6995401, "humanities"),
        request("sub-bell", 6995405, "literacy").replace("Help", "\a"),
    ]
    ours.write_text("\n".join([_REQUESTS, *wanted, *bad, ""]))
    first = opened(asking, ours)
    following = first.out.splitlines()[-1]
    assert opened(asking, ours).out.splitlines()[-1] == following, (
        "what the repeat of a line whose end is unknown says"
    )
    told = result(ours)
    assert (told["sub-dup"]["code"], told["sub-dup"]["reference"]) == (
        "E-DUP",
        result(theirs)["sub-0"]["reference"],
    )
    assert following.startswith("  Next: brokerage bulk submit --listed-in ")
    done = asking.here_line(following.removeprefix("  Next: "))
    assert (done.code, "R-VACANT" in done.out) == (7, True), done
    assert done.out.splitlines()[-1] == "✗ submit: 3 cases, 2 done, 1 refused."
    stages = [
        asking.here("case", "show", told[f"sub-{n}"]["reference"], "--json").json["stage"]
        for n in (6995401, 6995402, 6995403)
    ]
    assert stages == ["awaiting_head_consent", "awaiting_head_consent", "draft"]
    assert (
        asking.here("case", "show", result(theirs)["sub-0"]["reference"], "--json").json["stage"] == "draft"
    )
    listed = asking.here("case", "list", "--authority", "Askham", "--stage", "draft", "--csv").well().out
    (tmp_path / "list.csv").write_text(listed)
    again = asking.here(
        "bulk",
        "submit",
        "--listed-in",
        str(tmp_path / "list.csv"),
        "--area",
        "literacy",
        "--dry-run",
        profile="sip.askham",
    )
    assert (
        f"Left out: {len(listed.splitlines()) - 2} of list.csv that are not open, or that another flag does not"
        in again.err
    )
    assert told["sub-6995403"]["reference"] in again.out


@pytest.mark.parametrize(
    ("text", "code", "phrase"),
    [
        ("Reference\nEAS-AAAAAAA-A\n", "E-ROWS", "list.csv:2 · Reference · there is no case 'EAS-AAAAAAA-A'"),
        ("Case\nEAS-AAAAAAA-A\n", "E-COLUMNS", "lacks the column Reference"),
        ("Reference,Status\nEAS-AAAAAAA-A,failed\n", "E-ROWS", "there is no case 'EAS-AAAAAAA-A'"),
        ('Reference\n"EAS-AAAAAAA-A\n', "E-ROWS", "has 1 problem; nothing was sent"),
        ("Reference,Reference\nours-7,\n", "E-NONE", "No open case is meant by these flags."),
        ("Reference\n\n", "E-NONE", "No open case is meant by these flags."),
    ],
)
def test_a_list_that_names_no_cases_sends_nothing(
    asking: RunningOffice, tmp_path: Path, text: str, code: str, phrase: str
) -> None:
    file, before = tmp_path / "list.csv", asking.length()
    file.write_text(text)
    done = asking.here("bulk", "submit", "--listed-in", str(file), profile="sip.askham")
    assert (f"  {code}\n" in done.err, phrase in done.err, asking.length()) == (True, True, before), done


def test_a_key_that_stands_for_another_request_is_refused_and_says_what_differs(
    asking: RunningOffice, tmp_path: Path
) -> None:
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    ours.write_text("\n".join([_REQUESTS, request("1", 6995411), ""]))
    assert "1 opened" in opened(asking, ours).well().out
    (reference,) = (row["reference"] for row in result(ours).values())
    before = asking.length()
    theirs.write_text(
        "\n".join([_REQUESTS, request("1", 6995410, "literacy"), request("2", 6995410, "literacy"), ""])
    )
    seen = opened(asking, theirs, "--dry-run")
    assert (seen.code, "1 would be opened, 1 wrong" in seen.out) == (7, True)
    done = opened(asking, theirs)
    said = f"theirs.csv:2 · the Key 1 is that of a request with another Recipient, Area ({reference})  E-KEY"
    assert (done.code, said in done.err, asking.length() > before) == (7, True, True)
    assert (result(theirs)["1"]["status"], result(theirs)["2"]["status"]) == ("wrong", "opened")
    ours.write_text(ours.read_text().replace("Help with planning.", "Help with reading."))
    other = opened(asking, ours)
    assert (other.code, "the Key 1 is that of a request with another Need" in other.err) == (7, True)


def test_other_names_of_columns_are_known_and_a_file_of_another_kind_is_not(
    asking: RunningOffice, tmp_path: Path
) -> None:
    file = tmp_path / "requests.csv"
    header = "row_key;route;supported_school;need_area;phase;language;urgency;description;wanted_from"
    file.write_text(f"{header}\n{request('ask-alias', 6995410).replace(',', ';')}\n")
    assert "1 opened" in opened(asking, file).well().out
    file.write_text("Key,Route\na,sip\n")
    assert (opened(asking, file).code, "E-COLUMNS" in opened(asking, file).err) == (2, True)
    file.write_text(f"{_REQUESTS}\n")
    assert opened(asking, file).well().out.splitlines()[-1] == "✓ Requests: none in the file."
    assert opened(asking, file, "--programme", "none").code == 3


def test_no_mail_address_is_taken_that_no_mail_could_go_to(running: RunningOffice, tmp_path: Path) -> None:
    add = running.here("person", "add", "ann.nowhere", "--name", "Ann", "--email", "nowhere")
    assert (add.code, "--email must be a mail address" in add.err) == (2, True)
    people = tmp_path / "people.csv"
    people.write_text(
        "person,name,email,language,post,school,from\nann.nowhere,Ann,ann@,cy,auditor,,2026-09-01\n"
    )
    done = running.here("person", "import", str(people))
    assert (done.code, "people.csv:2 · email · must be a mail address" in done.err) == (7, True)
