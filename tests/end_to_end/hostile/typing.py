"""Words, references, texts, numbers and days that are typed wrongly."""

from typing import Final

from tests.end_to_end.hostile.lines import AIM, LONG, SCOPE, TRIAGE, UNKNOWN, WITHDRAW, Row, opened, other

WORDS: Final[list[Row]] = [
    # References
    (("case", "show", UNKNOWN), 3, "E-REFERENCE", f"There is no case {UNKNOWN}. Nothing was sent."),
    (("case", "submit", UNKNOWN), 3, "E-REFERENCE", "Nothing was sent"),
    (("case", "show", "MISTYPED"), 3, "E-REFERENCE", "is mistyped: its check character does not fit"),
    (("case", "show", "next-door"), 3, "E-REFERENCE", "one looks like EAS-K7QX4MZ-R"),
    (("case", "history", ""), 3, "E-REFERENCE", "is not a case reference"),
    (("audit", "replay", "MISTYPED"), 3, "E-REFERENCE", "is mistyped"),
    # Words of the line
    (("cas", "list"), 2, "E-USAGE", 'Did you mean "case"?'),
    (("case", "shw", "REF"), 2, "E-USAGE", 'Did you mean "show"?'),
    (("case", "show", "REF", "--jsn"), 2, "E-USAGE", "There is no flag --jsn. Did you mean --json?"),
    (("case", "triage", "REF", "--tir", "light"), 2, "E-USAGE", "Did you mean --tier?"),
    (("case", "show"), 2, "E-USAGE", "REFERENCE needs a value."),
    (("case", "triage", "REF", "--tier"), 2, "E-USAGE", "--tier needs a value."),
    (("case", "list", "everything"), 2, "E-USAGE", "Nothing can be done with 'everything'; put a value that holds spaces in quotes."),
    ((*TRIAGE, "--tier", "standard"), 2, "E-USAGE", "--tier specified multiple times"),
    (("case", "triage", "REF"), 2, "E-VALUE", "--tier is missing: one of light, standard, intensive."),
    (("case", "open", "--programme", "EAS"), 2, "E-VALUE", "--route is missing: one of sip, school, leader."),
    # Values
    (("case", "triage", "REF", "--tier", "heavy"), 2, "E-VALUE", "--tier: must be light, standard or intensive."),
    (opened(recipient="Cwm Enfys"), 2, "E-VALUE", "--recipient: must be the number of a school, such as 6990004."),
    (opened(area="Numeracy!"), 2, "E-VALUE", "--area: must look like numeracy."),
    (opened(programme="e-as"), 2, "E-VALUE", "--programme: must look like EAS."),
    (opened(desired_start="next week"), 2, "E-VALUE", "--desired-start: must be a day such as 2026-11-20, today, +10d or +3w."),
    (opened(need=LONG), 2, "E-VALUE", "2000 are the most"),
    (opened(need="a\x07b"), 2, "E-VALUE", "control characters"),
    (opened(need=" "), 2, "E-VALUE", "--need: must not be empty."),
    ((*SCOPE, "--objective", "aim | baseline"), 2, "E-VALUE", "--objective: must read 'aim | baseline | how success"),
    ((*SCOPE[:4], "4.1", *SCOPE[5:], "--objective", "a | b | c"), 2, "E-VALUE", "--days: must be days in quarters"),
    ((*SCOPE, "--objective", "a | b | c", "--present", "cook"), 2, "E-VALUE", "--present: must be recipient_head,"),
    # What every writing command takes
    ((*TRIAGE, "--expect-version", "two"), 2, "E-VALUE", "--expect-version: 'two' is not a whole number"),
    ((*TRIAGE, "--expect-version", "-1"), 2, "E-VALUE", "--expect-version: must be at least 0."),
    ((*TRIAGE, "--timeout", "-1"), 2, "E-VALUE", "--timeout must be above 0"),
    ((*TRIAGE, "--timeout", "nan"), 2, "E-VALUE", "--timeout must be above 0"),
    ((*TRIAGE, "--lang", "fr"), 2, "E-USAGE", 'Choose from: "cy", "en"'),
    ((*TRIAGE, "--key", "with a space"), 2, "E-VALUE", "--key must be of letters, digits and"),
    ((*TRIAGE, "--key", ""), 2, "E-VALUE", "--key must be of letters, digits and"),
    ((*TRIAGE, "--key", "k" * 101), 2, "E-VALUE", "100 at most"),
    ((*TRIAGE, "--as", "head:6990004"), 2, "E-VALUE", "needs --method and --evidence"),
    ((*TRIAGE, "--method", "email"), 2, "E-VALUE", "--method and --evidence go with --as."),
    ((*TRIAGE, "--as", "head:6990004", "--method", "pigeon", "--evidence", "m-1"), 2, "E-USAGE", "pigeon"),
    ((*TRIAGE, "--as", "head:6990004", "--method", "email", "--evidence", "a mail"), 2, "E-VALUE", "without spaces"),
    ((*TRIAGE, "--as", "head:1111111", "--method", "email", "--evidence", "m-1"), 3, "E-PERSON", "nobody holds that"),
    ((*TRIAGE, "--occurred", "yesterday"), 2, "E-VALUE", "--occurred must be a time with its zone"),
    ((*TRIAGE, "--occurred", "2026-09-01T10:00"), 2, "E-VALUE", "with its zone"),
    ((*TRIAGE[:5], "--profile", "nobody.here"), 2, "H-PROFILE", "there is no key"),
    ((*TRIAGE[:5], "--profile", "../admin"), 2, "E-PERSON", "cannot name a person"),
    ((*TRIAGE[:4], "lihgt"), 2, "E-VALUE", "light, standard or intensive. Did you mean light?"),
    (("case", "show", "NEARLY"), 3, "E-REFERENCE", "Did you mean REF?"),
    (("case", "wait", "REF", "--until", "archved"), 2, "E-STAGE", "Did you mean archived?"),
    (("case", "list", "--school", "6990040"), 3, "E-SCHOOL", "Did you mean 699"),
    (("case", "list", "--json", "referense"), 2, "E-FIELD", "Did you mean reference?"),
    (("provider", "list", "--area", "numercy"), 3, "E-AREA", "Did you mean numeracy?"),
    (("programme", "show", "eass"), 3, "E-PROGRAMME", "Did you mean EAS?"),
    (("calendar", "show", "whales"), 3, "E-CALENDAR", "There is no calendar whales. Did you mean wales?"),
    (("calendar", "show", "\x1b[31m"), 3, "E-CALENDAR", r"There is no calendar \x1b[31m."),
    (("calendar", "show", "--month", "october"), 2, "E-VALUE", "--month: 'october' is no month, such as 2026-10."),
    (("calendar", "show", "--school", "6990003x"), 3, "E-SCHOOL", "There is no school 6990003x."),
    (("calendar", "set-days", "--school", "6990004"), 2, "E-VALUE", "Give --inset, --closed or --from"),
    (("calendar", "set-days", "--school", "6990004", "--inset", "0"), 2, "E-VALUE", "inset.0: must be a day such as 2026-11-20."),
    (("calendar", "set-days", "--school", "x", "--inset", "today"), 2, "E-VALUE", "--school: must be the number of a school,"),
    (("calendar", "set-days", "--school", "6990004", "--inset", "today", "--calendar", "Mars"), 2, "E-VALUE", "'Mars' is no code"),
    (("calendar", "set-days", "--school", "6990004", "--inset", "today", "--calendar", "mars"), 3, "E-CALENDAR", "no calendar mars."),
    (("person", "add", "nia", "--name", "N", "--email", "n@x.example", "--post", "brokr"), 2, "E-POST", "mean broker?"),
    (("person", "post", "sip.caris", "broker", "--since", "2026-09-01"), 4, "R-PERSON", "Did you mean sip.carys?"),
    ((*TRIAGE[:5], "--profile", "admim"), 2, "H-PROFILE", "such as that of admin"),
    ((*TRIAGE, "--as", "sip.caris", "--method", "email", "--evidence", "m-1"), 3, "E-PERSON", "mean sip.carys?"),
    ((*TRIAGE, "--as", "haed:6990004", "--method", "email", "--evidence", "m-1"), 3, "E-PERSON", "mean head?"),
    ((*TRIAGE, "--as", "head:6990040", "--method", "email", "--evidence", "m-1"), 3, "E-PERSON", "mean 699"),
    (opened(area="numercy"), 4, "R-AREA", "Did you mean"),
    (opened(programme="EAZ"), 4, "R-PROGRAMME", "Did you mean EAS?"),
    (opened(recipient="6990040"), 4, "R-SCHOOL", "Did you mean 699"),
    (("help", "doctr"), 2, "E-TOPIC", "Did you mean doctor?"),
    (("completion", "bsh"), 2, "E-USAGE", "bash"),
    # References
    (("case", "show", "DEPED-OTHER"), 3, "E-REFERENCE", "is mistyped"),
    (("case", "show", "EAS-" + "A" * 10_000 + "-A"), 3, "E-REFERENCE", "AAAAA'… is not a case reference"),
    (("case", "show", "\uff25\uff21\uff33-K7QX4MZ-R"), 3, "E-REFERENCE", "is not a case reference"),
    (("case", "show", "EAS\u2011K7QX4MZ\u2011R"), 3, "E-REFERENCE", "is not a case reference"),
    (("case", "show", "\u202eREF"), 3, "E-REFERENCE", r"'\u202eREF' is not a case reference"),
    (("case", "show", "a\0b"), 3, "E-REFERENCE", r"'a\x00b' is not a case reference"),
    (("case", "show", "\udcff"), 2, "E-USAGE", r"'\udcff' is not text in UTF-8."),
    (("case", "list", "--school", "\udcff"), 2, "E-USAGE", "is not text in UTF-8."),
    (("programme", "show", "\udcff"), 2, "E-USAGE", "is not text in UTF-8."),
    (("case", "show", "../../etc/passwd"), 3, "E-REFERENCE", "is not a case reference"),
    (("case", "withdraw", "", "--reason", "x"), 3, "E-REFERENCE", "'' is not a case reference"),
    # Words that only look right
    (("case", "list", "\u2014json"), 2, "E-USAGE", "Nothing can be done with '\u2014json'"),
    (("case", "show", "REF", "\u2212\u2212json"), 2, "E-USAGE", "Nothing can be done with"),
    (("\u202ecase", "list"), 2, "E-USAGE", r'Unknown command "\u202ecase". Did you mean "case"?'),
    (other(TRIAGE, tier="\uff4cight"), 2, "E-VALUE", "light, standard or intensive. Did you mean light?"),
    ((*TRIAGE, "--key", "k\u200b"), 2, "E-VALUE", "--key must be of letters, digits and"),
    ((*TRIAGE, "--as", "\x1b[31m", "--method", "email", "--evidence", "m-1"), 3, "E-PERSON", r"'\x1b[31m' on record"),
    (("case", "list", "--school", "\x1b[31m"), 3, "E-SCHOOL", r"There is no school \x1b[31m in the register."),
    (("programme", "show", "\x1b[31m"), 3, "E-PROGRAMME", r"There is no programme \x1b[31m."),
    # Texts
    ((*WITHDRAW, ""), 2, "E-VALUE", "--reason: must not be empty."),
    ((*WITHDRAW, "\u200b\ufeff "), 2, "E-VALUE", "--reason: must not be empty."),
    ((*WITHDRAW, "\u202etxet"), 2, "E-VALUE", "--reason: must not hold control characters."),
    ((*WITHDRAW, "\u2066x"), 2, "E-VALUE", "--reason: must not hold control characters."),
    ((*WITHDRAW, "a\0b"), 2, "E-VALUE", "--reason: must not hold control characters."),
    ((*WITHDRAW, "\udcff"), 2, "E-USAGE", "is not text in UTF-8."),
    ((*WITHDRAW, "\x1b[2Jx"), 2, "E-VALUE", "--reason: must not hold control characters."),
    ((*WITHDRAW, "x" * 10_000), 2, "E-VALUE", "the text has 10000 characters; 2000 are the most"),
    # Numbers
    *[
        ((*TRIAGE, "--expect-version", typed), 2, "E-VALUE", f"--expect-version: {typed!r} is not a whole number")
        for typed in ("1.5", "1_0", "\u0663", "nan", "", "9" * 26)
    ],
    *[
        (("case", "consent", "REF", "--request-version", typed), 2, "E-VALUE", f"{typed!r} is not a whole number")
        for typed in ("1e3", "1_0", "9" * 26)
    ],
    *[
        ((*SCOPE[:4], typed, *SCOPE[5:], *AIM), 2, "E-VALUE", "--days: must be days in quarters, such as 4 or 4.25.")
        for typed in ("nan", "inf", "1e3", "1e999999", "1e9999999999", "\u0664", "1_0", "4,5", "\u00bd", "")
    ],
    ((*SCOPE[:4], "0", *SCOPE[5:], *AIM), 2, "E-VALUE", "--days: must be at least 0.25."),
    ((*SCOPE[:4], "-1", *SCOPE[5:], *AIM), 2, "E-VALUE", "--days: must be at least 0.25."),
    ((*SCOPE[:4], "200.25", *SCOPE[5:], *AIM), 2, "E-VALUE", "--days: must be at most 200."),
    *[
        (("case", "review", "REF", "--rating", typed), 2, "E-VALUE", "--rating: must read 'objective | rating")
        for typed in ("\u00b2 | met | x", "\u0663 | met | x", "100 | met | x", "1", "")
    ],
    ((*TRIAGE, "--timeout", "5s"), 2, "E-VALUE", "--timeout: '5s' is not a number of seconds"),
    ((*TRIAGE, "--timeout", ""), 2, "E-VALUE", "--timeout: '' is not a number of seconds"),
    ((*TRIAGE, "--timeout", "1e999"), 2, "E-VALUE", "--timeout must be above 0"),
    # Days and times
    *[
        (opened(desired_start=typed), 2, "E-VALUE", "--desired-start: must be a day such as 2026-11-20, today, +10d or +3w.")
        for typed in ("0000-01-01", "2026-02-31", "20261120", "0", "1700000000", "2026-11-20T00:00:00", "TODAY", "+9999d", "\uff12026-11-20", "12026-01-01", "nan", "")
    ],
    ((*SCOPE[:-1], "0", *AIM), 2, "E-VALUE", "--met-on: must be a day such as"),
    (("person", "post", "sip.carys", "broker", "--since", "0"), 2, "E-VALUE", "--since: must be a day such as"),
    (("person", "end-post", "sip.carys", "sip:6990004", "--until", "31/12/2026"), 2, "E-VALUE", "--until: must be a day"),
    *[
        ((*TRIAGE, "--occurred", typed), 2, "E-VALUE", "--occurred must be a time with its zone")
        for typed in ("0000-01-01T00:00Z", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "1e9", "")
    ],
]  # fmt: skip
