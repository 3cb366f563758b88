"""Files that are wrong, and lines that name them."""

import os
from pathlib import Path
from typing import Final

import orjson

from tests.end_to_end.hostile.lines import TRIAGE, Row

WALES: Final = "School Number,School Name,LA Name,Phase"
DEPED: Final = "School ID,School Name,Division,District,Municipality,Curricular Offering,Learners"
PEOPLE: Final = "person,name,email,language,post,school,from,to,programme"
OFFERS: Final = "School Number,Area,Languages,Days Per Term,Note"


def make(folder: Path) -> None:
    """Write all of them."""
    for name, text in _TEXTS.items():
        (folder / name).write_text(text, "utf-8")
    for name, content in _BYTES.items():
        (folder / name).write_bytes(content)
    os.mkfifo(folder / "pipe.json")


def _large_scope() -> str:
    text = "gair " * 399
    objective = dict.fromkeys(("aim", "baseline", "success", "measure", "evidence_source"), text)
    return orjson.dumps({"objectives": [objective] * 9, "quarter_days": 4, "met_on": "2026-09-01"}).decode()


_TEXTS: Final = {
    "broken.toml": "tier = ",
    "broken.json": '{"tier": ',
    "list.json": '["light"]',
    "unknown.toml": 'tier = "light"\ncolour = "red"\n',
    "large.json": _large_scope(),
    "twice.json": '{"tier": "light", "tier": "standard"}',
    "nan.json": '{"tier": NaN}',
    "nan.toml": "tier = nan",
    "null.json": '{"tier": null}',
    "half.json": '{"tier": "\\ud800"}',
    "nul.toml": 'tier = "li\\u0000ght"',
    "deep.json": "[" * 100_000,
    "deep.toml": "a=" + "[" * 5000 + "]" * 5000,
    "digits.toml": "tier = " + "9" * 5000,
    "day.json": '{"quarter_days": 4, "met_on": 0, "objectives": [{"aim": "a", "baseline": "b", "success": "c"}]}',
    "columns.csv": "School Number,School Name\n6990004,Blaenllysywen\n",
    "rows.csv": f"{WALES}\n6990004,Good,Cwm Enfys,Primary\nx,Bad,Cwm Enfys,Primary\n6990005,Long,Cwm Enfys,Primary,more\n6990006,Phase,Cwm Enfys,College\n",
    "empty.csv": "",
    "steer.csv": f"{WALES}\n6990004,\x1b[2JX,Cwm Enfys,Primary\n",
    "turn.csv": f"{WALES}\n6990004,\u202eX,Cwm Enfys,Primary\n",
    "nul.csv": f"{WALES}\n6990004,N\0,Cwm Enfys,Primary\n",
    "unseen.csv": f"{WALES}\n6990004,\u200b,Cwm Enfys,Primary\n",
    "again.csv": f"{WALES}\n6990004,N,Cwm Enfys,Primary\n6990004,M,Cwm Enfys,Primary\n",
    "header.csv": f"{WALES},School Name\n6990004,N,Cwm Enfys,Primary,M\n",
    "semicolons.csv": f"{WALES.replace(',', ';')}\n6990004;N;C;Tea\n",
    "quote.csv": f'{WALES}\n6990004,"N,Cwm Enfys,Primary\n',
    "cell.csv": f"{WALES}\n6990004,{'N' * 200_000},Cwm Enfys,Primary\n",
    "deped.csv": f"{DEPED}\n90001,N,T,D,M,College,x\n9000001,N,T,D,M,Elementary School,-4\n900001,,T,D,M,Elementary School,\n",
    "people.csv": f"{PEOPLE}\nNia,N,n@x,fr,cook,x,31/02/2026,soon,\n",
    "day.csv": f"{PEOPLE}\nnia,N,n@x.example,cy,broker,,0,,\n",
    "code.csv": f"{PEOPLE}\nnia,N,n@x.example,cy,broker,,2026-01-01,,deped\n",
    "offers.csv": f"{OFFERS}\n900101,pedagogy,fr,5.1,\n",
    "vast.csv": f"{OFFERS}\n900101,pedagogy,en,1e9999999999,\n",
    "note.csv": f"{OFFERS}\n900101,pedagogy,en,5,a\x07b\n",
    "area.csv": f"{OFFERS}\n900101,numeracy,en,5,\n",
}  # fmt: skip
_BYTES: Final = {
    "latin1.toml": "tier = 'Ll\u0177r \u00e9'".encode("utf-16"),
    "latin1.csv": f"{WALES}\n6990004,Caf\u00e9,Cwm,Tea\n".encode("latin-1"),
    "picture.csv": b"\x89PNG\r\n\x1a\n\0",
}
_FROM: Final = (*TRIAGE[:3], "--profile", "broker.dylan", "--from")
_DEPED: Final = ("school", "import", "deped.csv", "--map", "deped", "--strict")

FILES: Final[list[Row]] = [
    # Files of values
    ((*TRIAGE[:3], "--from", "none.toml"), 2, "E-FILE", "none.toml cannot be read: No such file"),
    ((*TRIAGE[:3], "--from", "broken.toml"), 2, "E-FILE", "broken.toml"),
    ((*TRIAGE[:3], "--from", "broken.json"), 2, "E-FILE", "broken.json"),
    ((*TRIAGE[:3], "--from", "list.json"), 2, "E-FILE", "must hold the command's values by name"),
    ((*TRIAGE[:3], "--from", "latin1.toml"), 2, "E-FILE", "not UTF-8 text"),
    ((*TRIAGE[:3], "--from", "unknown.toml"), 2, "E-VALUE", "colour is no value of this command"),
    (("case", "scope", "REF", "--from", "large.json"), 2, "E-SIZE", "larger than 64 KiB. Nothing was sent."),
    ((*_FROM, "twice.json"), 2, "E-FILE", "twice.json: 'tier' stands in it twice."),
    ((*_FROM, "nan.json"), 2, "E-FILE", "nan.json: "),
    ((*_FROM, "nan.toml"), 2, "E-VALUE", "--tier: must be light, standard or intensive."),
    ((*_FROM, "null.json"), 2, "E-VALUE", "--tier: must be light, standard or intensive."),
    ((*_FROM, "half.json"), 2, "E-FILE", "half.json: "),
    ((*_FROM, "nul.toml"), 2, "E-VALUE", "--tier: must be light, standard or intensive."),
    ((*_FROM, "deep.json"), 2, "E-FILE", "deep.json: "),
    ((*_FROM, "deep.toml"), 2, "E-FILE", "deep.toml: it is nested too deeply."),
    ((*_FROM, "digits.toml"), 2, "E-FILE", "digits.toml: it holds a number that is too long."),
    ((*_FROM, "pipe.json"), 2, "E-FILE", "pipe.json cannot be read: it is no ordinary file."),
    ((*_FROM, "/dev/null"), 2, "E-FILE", "/dev/null cannot be read: it is no ordinary file."),
    ((*_FROM, "."), 2, "E-FILE", "cannot be read: Is a directory."),
    ((*_FROM, "a\0b"), 2, "E-FILE", r"'a\x00b' cannot be the name of a file."),
    ((*_FROM, "a" * 5000), 2, "E-FILE", "… cannot be read: File name too long."),
    (("case", "scope", "REF", "--from", "day.json"), 2, "E-VALUE", "--met-on: must be a day such as"),
    # Registers
    (("school", "import", "none.csv"), 2, "E-FILE", "none.csv cannot be read: No such file"),
    (("school", "import", "."), 2, "E-FILE", "cannot be read: Is a directory"),
    (("school", "import", "columns.csv"), 2, "E-COLUMNS", "lacks the columns LA Name, Phase."),
    (("school", "import", "rows.csv", "--strict"), 2, "E-ROWS", "has 3 problems; nothing was sent."),
    (("school", "import", "rows.csv", "--strict"), 2, "E-ROWS", "rows.csv:3 · School Number · must be the number of a school"),
    (("school", "import", "rows.csv", "--strict"), 2, "E-ROWS", "rows.csv:4 · more cells than columns"),
    (("school", "import", "latin1.csv", "--strict"), 2, "E-ROWS", "latin1.csv:2 · Phase · must be Nursery"),
    (("school", "import", "empty.csv"), 2, "E-COLUMNS", "no header line"),
    (("school", "import", "rows.csv", "--as", "head:6990004"), 2, "E-USAGE", "There is no flag --as"),
    (("school", "import", "picture.csv"), 2, "E-FILE", "neither UTF-8 nor Windows-1252 (byte 0)."),
    (("school", "import", "pipe.json"), 2, "E-FILE", "it is no ordinary file."),
    (("school", "import", "steer.csv", "--strict"), 2, "E-ROWS", "steer.csv:2 · School Name · must not hold control characters"),
    (("school", "import", "turn.csv", "--strict"), 2, "E-ROWS", "turn.csv:2 · School Name · must not hold control characters"),
    (("school", "import", "nul.csv", "--strict"), 2, "E-ROWS", "nul.csv:2 · School Name · must not hold control characters"),
    (("school", "import", "unseen.csv", "--strict"), 2, "E-ROWS", "unseen.csv:2 · School Name · is missing"),
    (("school", "import", "again.csv", "--strict"), 2, "E-ROWS", "again.csv:3 · says again what line 2 is about"),
    (("school", "import", "header.csv"), 2, "E-COLUMNS", "has the column School Name twice."),
    (("school", "import", "semicolons.csv", "--strict"), 2, "E-ROWS", "semicolons.csv:2 · Phase · must be Nursery"),
    (("school", "import", "quote.csv"), 2, "E-ROWS", "a quotation mark is opened and not closed"),
    (("school", "import", "cell.csv"), 2, "E-ROWS", "a cell is too long"),
    (("school", "import", "rows.csv", "--map", "eas"), 2, "E-PROFILE", "Profiles: gias, wales, deped"),
    # Another programme's
    (("school", "import", "deped.csv"), 2, "E-COLUMNS", "lacks the columns School Number, LA Name, Phase."),
    (("school", "import", "rows.csv", "--map", "deped"), 2, "E-COLUMNS", "lacks the columns School ID, Division,"),
    (_DEPED, 2, "E-ROWS", "has 6 problems; nothing was sent."),
    (_DEPED, 2, "E-ROWS", "deped.csv:2 · School ID · must be a number of six digits"),
    (_DEPED, 2, "E-ROWS", "deped.csv:2 · Curricular Offering · must be Elementary School,"),
    (_DEPED, 2, "E-ROWS", "deped.csv:3 · Learners · must be at least 0"),
    (_DEPED, 2, "E-ROWS", "deped.csv:4 · School Name · is missing"),
    (("person", "import", "people.csv", "--strict"), 2, "E-ROWS", "people.csv:2 · from · must be a day such as 2026-11-20"),
    (("person", "import", "day.csv", "--strict"), 2, "E-ROWS", "day.csv:2 · from · must be a day such as 2026-11-20"),
    (("person", "import", "code.csv", "--strict"), 2, "E-ROWS", "code.csv:2 · programme · must be a programme code, such as EAS"),
    (("provider", "import", "offers.csv", "--strict"), 2, "E-ROWS", "offers.csv:2 · Days Per Term · must be days in quarters"),
    (("provider", "import", "vast.csv", "--strict"), 2, "E-ROWS", "vast.csv:2 · Days Per Term · must be days in quarters"),
    (("provider", "import", "note.csv", "--strict"), 2, "E-ROWS", "note.csv:2 · Note · must not hold control characters"),
    (("provider", "import", "area.csv", "--programme", "de-ped"), 2, "E-VALUE", "'DE-PED' is no programme code"),
    (("provider", "import", "area.csv", "--programme", "DEPED"), 7, "R-AREA", "area.csv:2 · DEPED has no area 'numeracy'."),
    (("programme", "publish", "latin1.toml"), 2, "E-FILE", "latin1.toml is not UTF-8 text (byte 0)."),
    (("programme", "publish", "deep.toml"), 2, "E-PROGRAMME", "deep.toml: nested too deeply"),
    (("programme", "publish", "digits.toml"), 2, "E-PROGRAMME", "digits.toml: a number is too long"),
    (("calendar", "publish", "latin1.toml"), 2, "E-FILE", "latin1.toml is not UTF-8 text (byte 0)."),
    (("calendar", "publish", "deep.toml"), 2, "E-CALENDAR", "deep.toml: nested too deeply"),
    (("calendar", "publish", "none.toml"), 2, "E-FILE", "none.toml cannot be read: No such file"),
    (("calendar", "import", "rows.csv"), 2, "E-COLUMNS", "lacks the columns What, First."),
    (("calendar", "set-days", "--school", "6990004", "--from", "none.toml"), 2, "E-FILE", "cannot be read: No such file"),
]  # fmt: skip
