"""How one language says what a sentence is made of: parties, schools, days, money, in a programme's words."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.case.stages import Stage
from domain.parties import Party, Post
from domain.programmes.model import Language, Noun, Programme
from domain.text.catalogue import Catalogue, catalogue, number_form

_SIGNS = {"GBP": "£", "PHP": "₱"}


class Voice:
    """What a sentence needs beside the event: a language, the programme's words, the schools' names, its time zone."""

    def __init__(self, programme: Programme, schools: Mapping[str, str], language: Language = "en") -> None:
        self.language: Language = language
        self.words: Catalogue = catalogue(language)
        self._programme = programme
        self._schools = schools

    def party(self, party: Party | str) -> str:
        """'the recipient school's headteacher'."""
        word = self._programme.vocabulary[Party(party).value].said(self.language)
        return self.words.phrases["party"].format(word=word)

    def post(self, post: str) -> str:
        """'headteacher'."""
        return self._programme.posts[Post(post)].said(self.language)

    def noun(self, name: Noun) -> str:
        """What the programme calls a thing: 'support overview'."""
        return noun(name, self._programme, self.language)

    def wait(self, wait: str) -> str:
        """What a wait waits for, in the programme's words."""
        return wait_words(wait, self._programme, self.language)

    def stage(self, stage: str) -> str:
        """'awaiting head consent'."""
        return self.words.stages[Stage(stage).value]

    def code(self, kind: str, code: str) -> str:
        """The word for a code of that kind; the code itself where it has none, as old events may."""
        return self.words.words[kind].get(code, code)

    def school(self, number: str | None) -> str:
        """The school's name, or its number where the register gives no name."""
        known = self._schools.get(number or "")
        return known or self.words.phrases["school"].format(number=number)

    def area(self, code: str) -> str:
        """The area's title."""
        area = self._programme.area(code)
        return area.title.said(self.language) if area else code

    def work_mode(self, code: str) -> str:
        """The title of a way of working."""
        mode = self._programme.work_mode(code)
        return mode.title.said(self.language) if mode else code

    def day(self, value: date) -> str:
        """'4 Dec 2026'."""
        return self._dated(self.words.calendar.day, value)

    def long_day(self, value: date) -> str:
        """'Friday 4 December 2026'."""
        return self._dated(self.words.calendar.long_day, value)

    def due(self, instant: datetime) -> str:
        """'Fri 4 Dec 2026, 17:00', where the programme is."""
        return self._timed(self.words.calendar.moment, instant)

    def long_due(self, instant: datetime) -> str:
        """'Friday 4 December 2026 at 17:00', where the programme is."""
        return self._timed(self.words.calendar.long_moment, instant)

    def period(self, period: str) -> str:
        """'2027 spring 1': a half term."""
        year, season, half = period.split("-")
        template = self.words.phrases["half_term"]
        return template.format(year=year, season=self.code("season", season), half=half)

    def days(self, quarters: int) -> str:
        """'4¼ days', '½ day'."""
        return days(quarters, self.language)

    def count(self, thing: str, number: int) -> str:
        """'3 objectives': so many of a thing that `amounts` has words for."""
        forms = self.words.amounts[thing]
        template = forms.get(number_form(self.language, number), forms["other"])
        return template.format(n=number)

    def money(self, minor: int, currency: str) -> str:
        """'£1,250.00'."""
        sign = _SIGNS.get(currency, currency + " ")
        return f"{sign}{minor // 100:,}.{minor % 100:02d}"

    def several(self, words: Sequence[str]) -> str:
        """'a, b and c'."""
        if len(words) < 2:
            return "".join(words)
        return ", ".join(words[:-1]) + self.words.phrases["last_of_several"] + words[-1]

    def _dated(self, template: str, value: date, **more: str) -> str:
        calendar = self.words.calendar
        parts = {
            "day": str(value.day),
            "month": calendar.months[value.month - 1],
            "short_month": calendar.short_months[value.month - 1],
            "weekday": calendar.weekdays[value.weekday()],
            "short_weekday": calendar.short_weekdays[value.weekday()],
            "year": str(value.year),
        }
        return template.format(**parts, **more)

    def _timed(self, template: str, instant: datetime) -> str:
        local = instant.astimezone(ZoneInfo(self._programme.time_zone))
        return self._dated(template, local.date(), time=f"{local:%H:%M}")


def days(quarters: int, language: Language = "en") -> str:
    """'4¼ days', '½ day'."""
    whole, rest = divmod(quarters, 4)
    fraction = ("", "¼", "½", "¾")[rest]
    forms = catalogue(language).amounts["days"]
    form = "one" if 0 < quarters <= 4 else "other" if rest else number_form(language, whole)
    return forms.get(form, forms["other"]).format(n=f"{whole or ''}{fraction}" or "0")


def wait_words(wait: str, programme: Programme | None = None, language: Language = "en") -> str:
    """What a wait waits for, in the words of the programme where one is given."""
    name, _, which = wait.partition(":")
    template = catalogue(language).waits.get(name)
    if template is None:
        return name.replace("_", " ")
    if name == "contact":
        which = _whom(which, programme, language)
    nouns = {known: noun(known, programme, language) for known in catalogue(language).nouns}
    return template.format(which=which, **nouns)


def _whom(party: str, programme: Programme | None, language: Language) -> str:
    word = programme.vocabulary[party].said(language) if programme else party.replace("_", " ")
    return catalogue(language).phrases["party"].format(word=word)


def noun(name: Noun, programme: Programme | None, language: Language) -> str:
    """What the programme calls a thing in that language; what everybody calls it where it does not say."""
    own = programme.nouns.get(name) if programme else None
    return own.said(language) if own else catalogue(language).nouns[name]


def capital(text: str) -> str:
    """The text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
