"""Lines that are well typed, and that the rules of a programme refuse."""

from typing import Final

from tests.end_to_end.hostile.lines import PLAN, PROPOSE, TRIAGE, Row, opened, other

PEOPLE: Final[list[Row]] = [
    # People
    (("person", "add", "Nia", "--name", "Nia", "--email", "n@x.example"), 2, "E-PERSON", "cannot name a person"),
    (("person", "post", "Nia", "broker", "--since", "2026-09-01"), 2, "E-PERSON", "cannot name a person"),
    (("person", "add", "nia", "--name", "N", "--email", "n@x.example", "--post", "cook"), 2, "E-POST", "no post 'cook'"),
    (("person", "add", "nia", "--name", "N", "--email", "n@x.example", "--post", "head"), 2, "E-POST", "head:6990004"),
    (("person", "post", "nia", "broker:6990004", "--since", "2026-09-01"), 2, "E-POST", "belongs to no school"),
    (("person", "post", "nia", "broker", "--since", "soon"), 2, "E-VALUE", "--since: must be a day"),
    (("person", "key", "../nia"), 2, "E-PERSON", "cannot name a person"),
    (("programme", "show", "XYZ"), 3, "E-PROGRAMME", "There is no programme XYZ."),
    (("calendar", "set-days", "--school", "6990900", "--inset", "2027-01-04"), 4, "R-SCHOOL", "School 6990900 is not in the register."),
    (("calendar", "set-days", "--school", "6990004", "--inset", "2031-01-06"), 4, "R-DATES", "lies outside the years of wales"),
    (("programme", "publish", "none.toml"), 2, "E-FILE", "cannot be read"),
    (("programme", "publish", "unknown.toml"), 2, "E-PROGRAMME", "is not a programme file"),
    (("person", "add", "nia", "--name", "", "--email", "n@x.example"), 2, "E-VALUE", "--name: must not be empty."),
    (("person", "add", "nia", "--name", "N\x1b[2J", "--email", "n@x.example"), 2, "E-VALUE", "control characters"),
    (("person", "add", "nia", "--name", "N" * 121, "--email", "n@x.example"), 2, "E-VALUE", "120 are the most"),
    (("person", "add", "nia", "--name", "N", "--email", "n@x.example", "--public-key", "zzz"), 2, "E-VALUE", "--public-key"),
    (("person", "add", "nia", "--name", "N", "--email", "n@x.example", "--post", ""), 2, "E-POST", "There is no post ''."),
    (("person", "key", ""), 2, "E-PERSON", "cannot name a person"),
    (("person", "key", "x" * 41), 2, "E-PERSON", "40 at most"),
    (("person", "post", "nia", "broker:de-ped", "--since", "2026-09-01"), 2, "E-POST", "or broker:EAS for one programme"),
    (("person", "post", "nia", "administrator:DEPED", "--since", "2026-09-01"), 2, "E-POST", "write administrator alone."),
    (("person", "post", "nia", "head:DEPED", "--since", "2026-09-01"), 2, "E-VALUE", "must be the number of a school"),
    (("person", "post", "sip.carys", "broker:DEPEDX", "--since", "2026-09-01"), 4, "R-PROGRAMME", "No programme DEPEDX is on record."),
    (("person", "end-post", "coordinator.nena", "broker:EAS", "--until", "2026-12-31"), 4, "R-POST", "does not hold that post"),
    (("person", "end-post", "coordinator.nena", "broker:DEPED", "--until", "2020-01-01"), 4, "R-DATES", "cannot have ended before."),
]  # fmt: skip

REFUSED: Final[list[Row]] = [
    (opened(area="knitting"), 4, "R-AREA", "EAS has no area of support 'knitting'."),
    (opened(programme="XYZ"), 4, "R-PROGRAMME", "No programme XYZ is on record."),
    (opened(preferred_provider="6999999"), 4, "R-SCHOOL", "School 6999999 is not in the register."),
    (opened(phase="secondary"), 4, "R-PHASE", "is a primary school"),
    (opened(desired_start="2026-01-05"), 4, "R-DATES", "Support cannot be wanted from 2026-01-05"),
    (opened(preferred_provider="6990004"), 4, "R-SAME-SCHOOL", "cannot be its own partner"),
    ((*TRIAGE[:5], "--profile", "head.6990004"), 4, "R-POST", "Only the broker or principal adviser may do that."),
    ((*TRIAGE[:5],), 4, "R-POST", "admin holds today: administrator."),
    (("case", "sign", "REF", "--profile", "head.6990004"), 4, "R-STAGE", "is in the stage triage."),
    ((*TRIAGE, "--expect-version", "1"), 5, "R-VERSION", "not at 1."),
    ((*TRIAGE, "--occurred", "2046-09-01T10:00+00:00"), 4, "R-DATES", "lies ahead; it cannot have happened yet."),
    ((*TRIAGE, "--as", "broker.dylan", "--method", "email", "--evidence", "m-1"), 4, "R-BEHALF", "Nothing can be"),
    (("person", "post", "nobody.here", "broker", "--since", "2026-09-01"), 4, "R-", "nobody.here"),
    # DepEd: what a leader school may propose
    (other(PROPOSE, provider=None), 4, "R-PROVIDER", "the leader school begins: say which it is."),
    (other(PROPOSE, recipient="900003"), 4, "R-AUTHORITY", "Tanglawin"),
    (("case", "submit", "SECOND", "--profile", "head.900103"), 4, "R-ONE-PARTNER", "supports another partner school already"),
    (other(PROPOSE, provider="999999"), 4, "R-SCHOOL", "School 999999 is not in the register."),
    (other(PROPOSE, provider=""), 2, "E-VALUE", "--provider: must be the number of a school"),
    (other(PROPOSE, preferred_provider="900104"), 4, "R-PROVIDER", "nobody else is asked."),
    (other(PROPOSE, support_language="cy"), 4, "R-LANGUAGE", "DEPED gives no support in the language 'cy'."),
    (other(PROPOSE, programme="EAS"), 4, "R-ROUTE", "EAS has no route 'leader'."),
    (other(PROPOSE, route="sip"), 4, "R-ROUTE", "DEPED has no route 'sip'."),
    (other(PROPOSE, area="numeracy"), 4, "R-AREA", "DEPED has no area of support 'numeracy'."),
    (other(PROPOSE, phase="primary"), 4, "R-PHASE", "is a secondary school"),
    (other(PROPOSE, profile="coordinator.nena"), 4, "R-POST", "leader school's head"),
    (other(PROPOSE, profile="head.6990004"), 4, "R-POST", "leader school's focal person may do that for "),
    # DepEd: the work and financial plan
    (other(PLAN, work_mode="xyz"), 4, "R-WORK-MODE", "DEPED knows no way of working 'xyz'."),
    (other(PLAN, language="cy"), 4, "R-LANGUAGE", "DEPED writes no agreement in the language 'cy'."),
    (other(PLAN, travel="200000.00"), 4, "R-AMOUNT", "140,000.00 is the most for one partnership agreement."),
    (other(PLAN, year="2026=9"), 4, "R-SPLIT", "The financial years add up to 9 days"),
    (other(PLAN, end="9999-12-31"), 4, "R-DATES", "9999-12-31 is out of reach."),
    (other(PLAN, provider_lead="nobody.here"), 4, "R-PERSON", "Not on record: nobody.here."),
    (other(PLAN, profile="broker.dylan"), 4, "R-POST", "Only the division coordinator or leader school's head may do that."),
    (other(PLAN, mode="by post"), 2, "E-VALUE", "--mode: must be in-person, online or mixed."),
    (other(PLAN, safeguarding_contact="Nobody!"), 2, "E-VALUE", "--safeguarding-contact: must be a person id"),
    (other(PLAN, year="2026"), 2, "E-VALUE", "--year: must read 'financial year=days'"),
    (other(PLAN, period="2027-spring-9=4"), 2, "E-VALUE", "--period: must look like 2027-spring-1=4."),
    (other(PLAN, cover="10000000.01"), 2, "E-VALUE", "--cover: must be at most 10000000.00."),
    *[
        (other(PLAN, supplies=typed), 2, "E-VALUE", "--supplies: must be an amount such as 250 or 250.00.")
        for typed in ("-1", "nan", "1e3", "0.1", "\u0664", "1_0", "1,000.00", "\u20b15", "9" * 30, "")
    ],
    # DepEd: what its cases do not know
    (("case", "align", "DEPED-REF", "--priority", "SSO-1", "--overview-version", "2026-1", "--profile", "psds.ramon"), 4, "R-STAGE", "agreement drafting"),
    (("case", "offer", "DEPED-REF", "--provider", "900102", "--reason", "x", "--profile", "coordinator.nena"), 4, "R-STAGE", "agreement drafting"),
    ((*TRIAGE[:5], "--profile", "coordinator.nena"), 4, "R-POST", "Only the broker or principal adviser may do that."),
]  # fmt: skip
