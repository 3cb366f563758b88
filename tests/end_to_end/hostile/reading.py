"""Lists, looks back and upkeep that are asked for wrongly."""

from typing import Final

from tests.end_to_end.hostile.lines import Row

NO_TIME: Final = "is no day, and no time with its offset."

READING: Final[list[Row]] = [
    # Lists
    (("case", "list", "--stage", "triag"), 2, "E-STAGE", "There is no stage 'triag'. Did you mean triage?"),
    (("case", "list", "--json", "reference,colour"), 2, "E-FIELD", "There is no field 'colour'."),
    (("case", "wait", "REF", "--until", "done"), 2, "E-STAGE", "There is no stage 'done'."),
    (("case", "wait", "REF", "--until", "scoping", "--timeout", "0"), 10, "", "is not scoping yet: it is triage."),
    (("case", "list", "--time", "unix"), 2, "E-USAGE", "--time"),

    # Looking back
    *[
        (("case", verb, *reference, "--as-of", typed), 2, "E-TIME", f"--as-of: {typed!r}")
        for verb, reference in (("list", ()), ("show", ("REF",)), ("history", ("REF",)))
        for typed in ("", "the other day", "2026-02-31", "2026-11-20T10:00", "event:0", "event:-1", "event:\u0663", "position:")
    ],
    *[
        (("case", "show", "REF", "--valid-at", typed), 2, "E-TIME", NO_TIME)
        for typed in ("", "event:3", "position:3", "0000-01-01", "9999-12-31", "20261122", "2026-11-22T00:00+99:00")
    ],
    (("case", "list", "--as-of", "2099-01-01"), 2, "E-AS-OF", "has not come yet"),
    (("case", "list", "--as-of", "+1d"), 2, "E-AS-OF", "has not come yet"),
    (("case", "show", "REF", "--valid-at", "2099-01-01"), 2, "E-AS-OF", "has not come yet"),
    (("case", "show", "REF", "--as-of", "event:99999"), 2, "E-AS-OF", "there is no event:99999 yet"),
    (("case", "show", "REF", "--as-of", "position:99999999"), 2, "E-AS-OF", "there is no position:99999999 yet"),
    (("audit", "replay", "REF", "--as-of", "event:99"), 2, "E-AS-OF", "there is no event:99 yet"),
    (("case", "show", "REF", "--as-of", "position:1"), 3, "E-AS-OF", "was not open yet"),
    (("case", "history", "REF", "--as-of", "2020-01-01"), 3, "E-AS-OF", "was not open yet"),
    (("case", "show", "REF", "--valid-at", "2020-01-01"), 3, "E-AS-OF", "was not open yet"),
    (("case", "show", "REF", "--as-of"), 2, "E-USAGE", "--as-of needs a value."),
    (("case", "show", "REF", "--watch", "--as-of", "event:2"), 2, "E-USAGE", "--watch shows what comes"),
    # Which cases
    *[
        (("case", "list", "--limit", typed), 2, "E-VALUE", "--limit")
        for typed in ("0", "-1", "1.5", "ten", "nan", "", "9" * 26)
    ],
    *[
        (("case", "list", "--sort", typed), 2, "E-FIELD", "There is no field")
        for typed in ("", "-", "stag", "reference,stage", "--json")
    ],
    (("case", "list", "--stage", ""), 2, "E-STAGE", "There is no stage ''."),
    (("case", "list", "--stage", "triage,"), 2, "E-STAGE", "There is no stage ''."),
    (("case", "list", "--programme", ""), 3, "E-PROGRAMME", "There is no programme ''."),
    (("case", "list", "--route", "lead"), 3, "E-ROUTE", "Did you mean leader?"),
    (("case", "list", "--area", ""), 3, "E-AREA", "There is no area ''."),
    (("case", "list", "--authority", "Nowhere"), 3, "E-AUTHORITY", "of an authority 'Nowhere'"),
    (("school", "list", "--authority", "Nowhere"), 3, "E-AUTHORITY", "of an authority 'Nowhere'"),
    (("case", "list", "--recipient", "x"), 3, "E-SCHOOL", "There is no school x"),
    (("case", "list", "--waiting-on", ""), 2, "E-PARTY", "There is no party ''."),
    (("case", "list", "--due-before", "soon"), 2, "E-TIME", NO_TIME),
    (("case", "list", "--due-before", "2026-02-31"), 2, "E-TIME", NO_TIME),
    (("case", "list", "--open", "--closed"), 2, "E-USAGE", "Give --open or --closed, not both."),
    # What is printed
    (("case", "list", "--json", "--jsonl"), 2, "E-USAGE", "Give one of --json, --jsonl and --csv."),
    (("case", "list", "--json=", "--csv"), 2, "E-USAGE", "Give one of --json, --jsonl and --csv."),
    (("school", "list", "--jsonl", "--csv"), 2, "E-USAGE", "Give one of --json, --jsonl and --csv."),
    (("case", "list", "--watch", "--csv"), 2, "E-USAGE", "--watch prints a table or lines of JSON, no CSV."),
    (("case", "list", "--json", "reference", "--columns", "nope"), 2, "E-FIELD", "There is no field 'nope'."),
    (("person", "list", "--json", "nope"), 2, "E-FIELD", "There is no field 'nope'."),
    (("school", "list", "--columns", "x"), 2, "E-FIELD", "There is no field 'x'."),
    (("audit", "looks", "--json=a"), 2, "E-USAGE", "--json takes no value."),
    *[
        (("case", "wait", "REF", "--until", "closed", "--timeout", typed), 2, "E-VALUE", "--timeout")
        for typed in ("nan", "-1", "1e999", "5s", "")
    ],
    # Upkeep, help, the stack
    (("admin", "rebild"), 2, "E-USAGE", 'Did you mean "rebuild"?'),
    (("admin", "rebuild", "now"), 2, "E-USAGE", "Nothing can be done with 'now'"),
    (("admin", "rebuild", "--chek"), 2, "E-USAGE", "Did you mean --check?"),
    (("admin", "backup"), 2, "E-USAGE", "DIRECTORY needs a value."),
    (("admin", "backup", "."), 2, "E-DIRECTORY", "it is not empty. Nothing was copied."),
    (("admin", "migrate"), 2, "E-OWNER", "BROKERAGE_OWNER_URL is not set."),
    (("admin", "migrate", "--only", "both"), 2, "E-USAGE", 'Choose from: "log", "vault"'),
    (("audit", "verify", "REF"), 2, "E-USAGE", "Nothing can be done with"),
    (("completion",), 2, "E-USAGE", "SHELL needs a value."),
    (("completion", "tcsh"), 2, "E-USAGE", 'Choose from: "bash", "zsh", "fish"'),
    (("completion", "bash", "extra"), 2, "E-USAGE", "Nothing can be done with 'extra'"),
    (("help", ""), 2, "E-TOPIC", "There is no help on ''."),
    (("help", "exit-codez"), 2, "E-TOPIC", "Did you mean exit-codes?"),
    (("help", "case", "shw"), 2, "E-TOPIC", "Did you mean show?"),
    (("up", "--port", "70000"), 2, "E-VALUE", "--port: '70000' is not a port: 1 to 65535."),
    (("up", "--port", "nan"), 2, "E-VALUE", "--port: 'nan' is not a whole number"),
    (("up", "--ui-port", "0"), 2, "E-VALUE", "--ui-port: '0' is not a port"),
    (("up", "--postgres"), 2, "H-DATABASE", "keeps its log in SQLite, and a log does not move."),
    (("demo", "--postgres"), 2, "E-HOME", "is not the home of a demonstration; nothing was touched."),
]  # fmt: skip
