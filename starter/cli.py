"""The command tree. Nouns, then verbs; each noun's module is loaded only when it is named."""

from importlib.metadata import version
from typing import Final

from cyclopts import App, Group

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
    ("provider", "starter.commands.provider:app", "What schools offer to others.", _NOUNS),
    (
        "programme",
        "starter.commands.programme:app",
        "Programmes: their routes, areas, waits and words.",
        _NOUNS,
    ),
    ("admin", "starter.commands.admin:app", "Upkeep of the office's own tables.", _NOUNS),
)

EPILOGUE: Final = """\
Exit codes: 0 done (also "already") · 1 bug · 2 usage · 3 not found · 4 refused by a rule · \
5 version conflict · 6 unreachable, nothing sent · 7 some rows failed · 8 audit check failed · \
9 outcome unknown, safe to repeat · 10 not yet · 130 interrupted"""


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
