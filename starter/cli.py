"""The command tree. Nouns, then verbs; each noun's module is loaded only when it is named."""

from importlib.metadata import version
from typing import Final

from cyclopts import App, Group

from starter.failures import MEANINGS

_FIRST_DAY = Group("First day", sort_key=1)
_NOUNS = Group("Everything else", sort_key=2)

_COMMANDS: Final[tuple[tuple[str, str, str, Group], ...]] = (
    (
        "demo",
        "starter.commands.demo:demo",
        "Watch whole cases run, from nothing, in under a minute.",
        _FIRST_DAY,
    ),
    ("up", "starter.commands.up:up", "Run Temporal and a worker here until Ctrl-C.", _FIRST_DAY),
    ("doctor", "starter.commands.doctor:doctor", "Check this home and everything it needs.", _FIRST_DAY),
    ("case", "starter.commands.case:app", "Open, drive, list and read cases.", _FIRST_DAY),
    ("person", "starter.commands.person:app", "People, their keys and their posts.", _FIRST_DAY),
    (
        "audit",
        "starter.commands.audit:app",
        "Replay and verify the log; see who opened sealed texts.",
        _FIRST_DAY,
    ),
    ("school", "starter.commands.school:app", "The register of schools.", _NOUNS),
    (
        "provider",
        "starter.commands.provider:app",
        "Schools that help others: offers, designation, days.",
        _NOUNS,
    ),
    ("fund", "starter.commands.fund:app", "Money: funds, rate cards, what is promised and paid.", _NOUNS),
    (
        "network",
        "starter.commands.network:app",
        "Networks and courses that schools can join.",
        _NOUNS,
    ),
    (
        "overview",
        "starter.commands.overview:app",
        "Support overviews of schools, version by version.",
        _NOUNS,
    ),
    (
        "programme",
        "starter.commands.programme:app",
        "Programmes: their routes, areas, waits and words.",
        _NOUNS,
    ),
    ("work", "starter.commands.work:app", "Lists to work from, and whose work it is.", _NOUNS),
    (
        "calendar",
        "starter.commands.calendar:app",
        "Calendars: terms, holidays, schools' own days.",
        _NOUNS,
    ),
    ("bulk", "starter.commands.bulk:app", "One line for many cases: open, pause, resume.", _NOUNS),
    ("mail", "starter.commands.mail:app", "What was sent to whom; mail caught on this machine.", _NOUNS),
    (
        "report",
        "starter.commands.report:app",
        "Documents about the work as a whole.",
        _NOUNS,
    ),
    ("admin", "starter.commands.admin:app", "Upkeep of the office's own tables.", _NOUNS),
    (
        "completion",
        "starter.commands.completion:completion",
        "Complete commands, flags and values in your shell.",
        _NOUNS,
    ),
    ("help", "starter.commands.help:help_", "The help of any command; what exit codes mean.", _NOUNS),
)

EPILOGUE: Final = "Exit codes: " + " · ".join(f"{int(code)} {words}" for code, words in MEANINGS.items())


def build() -> App:
    """The application; it parses and returns, the wrapper in __main__ prints failures and exits."""
    app = App(
        name="brokerage",
        help="Help that one school gives another, brokered: cases, their deadlines, their history.",
        help_epilogue=EPILOGUE,
        version=lambda: version("brokerage"),
        help_format="plaintext",
        result_action="return_value",
        exit_on_error=False,
        print_error=False,
        suppress_keyboard_interrupt=False,
    )
    for name, target, words, group in _COMMANDS:
        app.command(target, name=name, help=words, group=group)
    return app
