"""A programme file says all that is asked of it; a wrong one is refused with file, key and reason."""

import tomllib

import pytest

from domain.case.stages import Stage
from domain.directory.programmes import ProgrammePublished
from domain.parties import Party, Post
from domain.programmes import Programme, ProgrammeError, parse_programme
from tests.domain.case.office import DEPED_FILE, EAS_FILE, in_stage

EAS = EAS_FILE.read_text(encoding="utf-8")

WRONG = {
    "a code in small letters": ('code = "EAS"', 'code = "eas"', "code: must be written like ^[A-Z]{2,8}$"),
    "no code": ('code = "EAS"\n', "", "code: is missing"),
    "a version in words": ('version = 3', 'version = "one"', "version: must be a valid integer"),
    "weights that are no hundred": (
        "expertise = 30", "expertise = 31", "matching.weights: the weights add up to 101, not to 100"
    ),
    "near as far as far": (
        "near_minutes = 15", "near_minutes = 60",
        "matching: near_minutes (60) are not less than far_minutes (60)",
    ),
    "a claim held back where nothing is claimed": (
        'mode = "arrears"', 'mode = "advance"',
        "finance: last_payment_after_review is about claims; the mode is advance",
    ),
    "an account of what is never advanced": (
        'mode = "arrears"', 'mode = "arrears"\nearlier_advance_settled = true',
        "finance: liquidation_goal_per_mille and earlier_advance_settled are about advances; the mode is arrears",
    ),
    "a slip in a key": ("version = 3", "version = 3\nvresion = 3", "vresion: is not a key of a programme file"),
    "another zone": ('"Europe/London"', '"Europe/Paris"', "time_zone: must be 'Europe/London' or 'Asia/Manila'"),
    "another calendar": (
        '"wales"', '"moon-1"', "calendar: 'moon-1' is neither the code of a calendar, such as wales, nor weekdays-1"
    ),
    "another currency": ('"GBP"', '"EUR"', "currency: must be 'GBP' or 'PHP'"),
    "an empty word": (
        'broker = { en = "broker", cy = "brocer" }', 'broker = { en = "", cy = "brocer" }', "vocabulary.broker.en: must not be empty"
    ),
    "a word in one language": (
        'broker = { en = "broker", cy = "brocer" }', 'broker = { en = "broker" }', "vocabulary.broker: said in en; the programme's languages are cy, en"
    ),
    "a party without a word": (
        'broker = { en = "broker", cy = "brocer" }\nprincipal', "principal", "vocabulary: missing: broker"
    ),
    "a word for nobody": (
        "[vocabulary]", '[vocabulary]\nbishop = { en = "bishop", cy = "esgob" }', "vocabulary: not known: bishop"
    ),
    "a post without a word": (
        'auditor = { en = "auditor", cy = "archwilydd" }\n', "", "posts: missing: auditor"
    ),
    "a post there is not": (
        "[posts]", '[posts]\nbishop = { en = "bishop", cy = "esgob" }',
        "posts.bishop: must be 'head', 'lead', 'sip', 'curriculum_partner', 'broker', 'principal_adviser', "
        "'finance', 'administrator' or 'auditor'",
    ),
    "a route there is not": ('code = "sip"', 'code = "choir"', "routes.choir.code: must be 'sip', 'school' or 'leader'"),
    "a route opened by finance": (
        'opened_by = ["sip"]', 'opened_by = ["finance"]',
        "routes.sip: opened_by: finance cannot open a request; sip, recipient_head, recipient_lead can",
    ),
    "a route opened by nobody": ('opened_by = ["sip"]', "opened_by = []", "routes.sip.opened_by: must not be empty"),
    "another step": ('"head_consent"', '"prayer"', "routes.sip.step: must be 'head_consent' or 'alignment'"),
    "yes for true": (
        "overview_cited = true", 'overview_cited = "yes"', "routes.school.overview_cited: must be a valid boolean"
    ),
    "an area twice": ('code = "literacy"', 'code = "numeracy"', "areas: named twice: numeracy"),
    "a route twice": ('code = "school"', 'code = "sip"', "routes: named twice: sip"),
    "an area of a kind in capitals": (
        'code = "literacy"\nkind = "skill"', 'code = "literacy"\nkind = "Art"',
        "areas.literacy.kind: must be written like ^[a-z][a-z0-9-]{1,39}$",
    ),
    "a provider that opens a route on which one is found": (
        'opened_by = ["sip"]', 'opened_by = ["provider_head"]',
        "routes.sip: opened_by: provider_head cannot open a request; sip, recipient_head, recipient_lead can",
    ),
    "a duty of somebody who cannot": (
        'consulted = ["curriculum_partner"]', 'draft = "finance"',
        "routes.sip: duties.draft: finance cannot; broker can",
    ),
    "an agreement that one head need not sign": (
        'consulted = ["curriculum_partner"]', 'sign = ["recipient_head", "sip"]',
        "routes.sip: duties.sign: both heads sign, and the sip may; each once",
    ),
    "somebody to be heard who is not the provider's": (
        'consulted = ["curriculum_partner"]', 'consulted = ["broker"]',
        "routes.sip: duties.consulted: only the curriculum_partner can be; once",
    ),
    "a language that is not English alone": (
        'currency = "GBP"', 'currency = "GBP"\nlanguages = ["cy"]', "languages: en must be among them"
    ),
    "a wait too few": ("[waits.funding]", "[waits.fundings]", "waits: missing: funding"),
    "a wait too many": (
        "[waits.draft]", '[waits.appeal]\ndays = 10\nunit = "school_days"\n[waits.draft]',
        "waits: not known on these routes: appeal",
    ),
    "no time at all": ("days = 40", "days = 0", "waits.draft.days: must be greater than or equal to 1"),
    "a fraction of a day": ("days = 40", "days = 2.5", "waits.draft.days: must be a valid integer"),
    "days of another kind": (
        'days = 40\nunit = "school_days"', 'days = 40\nunit = "moons"',
        "waits.draft.unit: must be 'school_days', 'working_days' or 'calendar_days'",
    ),
    "a ladder climbed downwards": (
        "{ after = 10, do = \"remind\" },\n  { after = 30", "{ after = 35, do = \"remind\" },\n  { after = 30",
        "waits.draft: ladder: each rung comes after the one before it",
    ),
    "a wait that ends before it is due": (
        "{ after = 40, do = \"lapse\" }", "{ after = 39, do = \"lapse\" }",
        "waits.draft: ladder: a wait ends once, and not before it is due",
    ),
    "an escalation to nobody": (
        'do = "escalate", to = "sip" }, # who phones', 'do = "escalate" },',
        "waits.head_consent.ladder.3: escalate: 'to' is given for escalate and reassign, and for nothing else",
    ),
    "an escalation to a school": (
        'do = "escalate", to = "sip" }, # who phones', 'do = "escalate", to = "recipient_head" },',
        "waits.head_consent.ladder.3: escalate: recipient_head cannot; sip, broker, principal_adviser, finance can",
    ),
    "a reminder to somebody else": (
        "{ after = 10, do = \"remind\" }", "{ after = 10, do = \"remind\", to = \"sip\" }",
        "waits.draft.ladder.1: remind: 'to' is given for escalate and reassign, and for nothing else",
    ),
    "a rung of another kind": (
        "do = \"lapse\"", "do = \"shout\"",
        "waits.draft.ladder.3.do: must be 'remind', 'escalate', 'reassign', 'expire' or 'lapse'",
    ),
    "urgent and yet slower": ("urgent_days = 2", "urgent_days = 9", "waits.triage: urgent_days (9) are more than days (5)"),
    "too many objectives": ("most_objectives = 4", "most_objectives = 40", "rules.most_objectives: must be less than or equal to 9"),
    "a rule of one's own": ("[rules]", "[rules]\nmost_hope = 1", "rules.most_hope: is not a key of a programme file"),
    "visits stop before the review is due": (
        "mid_review_due_per_mille = 500", "mid_review_due_per_mille = 800",
        "rules: mid_review_due_per_mille is above visits_stop_without_mid_review_per_mille: "
        "visits would stop before the review is due",
    ),
    "money in pounds": (
        "finance_approves_up_to_minor = 500000", "finance_approves_up_to_minor = 5000.00",
        "rules.finance_approves_up_to_minor: must be a valid integer",
    ),
    "not TOML": ("[waits.draft]", "[waits.draft", "not TOML: Expected ']' at the end of a table declaration (at line 114, column 13)"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_refused_with_file_key_and_reason(what: str) -> None:
    right, wrong, reason = WRONG[what]
    assert right in EAS, "the sample has changed; change this table too"
    with pytest.raises(ProgrammeError) as caught:
        parse_programme(EAS.replace(right, wrong, 1), "my.toml")
    assert caught.value.problems == [f"my.toml: {reason}"]


def test_all_problems_are_said_at_once() -> None:
    text = EAS.replace('code = "EAS"', 'code = "eas"').replace('"GBP"', '"EUR"')
    with pytest.raises(ProgrammeError) as caught:
        parse_programme(text, "my.toml")
    assert [problem.split(":")[1] for problem in caught.value.problems] == [" code", " currency"]
    assert str(caught.value) == "\n".join(caught.value.problems)


def test_the_file_shipped_is_right_and_whole() -> None:
    eas = parse_programme(EAS, "eas.toml")
    assert len(eas.waits) == 28
    assert len(eas.areas) == 11
    assert {route.code: route.step for route in eas.routes} == {"sip": "head_consent", "school": "alignment"}
    assert eas.vocabulary[Party.SIP].cy == "partner gwella ysgolion"
    assert set(eas.posts) == set(Post)
    assert eas.area("numeracy") is not None
    assert eas.area("latin") is None


def test_two_files_that_say_the_same_have_one_hash_and_a_change_has_another() -> None:
    eas = parse_programme(EAS, "eas.toml")
    assert parse_programme("# a remark\n" + EAS, "b.toml").content_hash() == eas.content_hash()
    changed = parse_programme(EAS.replace("most_objectives = 4", "most_objectives = 3"), "c.toml")
    assert changed.content_hash() != eas.content_hash()


def test_a_published_programme_comes_back_from_the_log_as_it_went_in() -> None:
    eas = parse_programme(EAS, "eas.toml")
    event = ProgrammePublished(content=eas, content_hash=eas.content_hash())
    assert ProgrammePublished.model_validate(event.payload()) == event
    assert Programme.model_validate(tomllib.loads(EAS)) == eas


def test_thresholds_come_from_the_programme_and_from_nowhere_else() -> None:
    office = in_stage(Stage.SCOPING)
    office.rule(most_objectives=1)
    objective = {"aim": "a", "baseline": "b", "success": "c"}
    assert office.refused("sip.hill", "scope", objectives=[objective] * 2).code == "R-OBJECTIVES"


def test_the_deped_file_says_what_the_seed_says() -> None:
    deped = parse_programme(DEPED_FILE.read_text(encoding="utf-8"), "deped.toml")
    assert (deped.time_zone, deped.currency, deped.languages) == ("Asia/Manila", "PHP", ("en", "fil"))
    assert [mode.code for mode in deped.work_modes] == ["lac", "sbm", "ci"]
    assert {area.code for area in deped.areas} == {
        "contextualised-materials", "teacher-made-materials", "content", "pedagogy", "classroom-management",
        "differentiated-instruction", "inclusive-education", "teaching-assessment-activities", "ip-resource-persons",
        "lac-sped", "lac-multigrade", "lac-shs", "lac-project-teams", "leadership-governance", "disaster-risk-reduction",
    }  # fmt: skip
    leader = deped.route("leader")
    assert leader is not None
    assert (leader.provider, leader.step, leader.one_partner) == ("opener", "head_consent", True)
    assert {"alignment", "first_offer", "offer_answer"} & set(deped.waits) == set()
    assert deped.rules.most_amount_minor == 140_000_00
    assert (deped.noun("provider"), deped.noun("recipient")) == ("leader school", "partner school")
    assert deped.posts[Post.HEAD].en == "school head"
    assert deped.posts[Post.LEAD].en == "focal person"
