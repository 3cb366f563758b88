"""`brokerage admin`: upkeep, for whoever owns the log."""

from cyclopts import App

app = App(name="admin", help="Upkeep of the office's own tables.", help_format="plaintext")
app.command(
    "starter.commands.rebuilding:rebuild",
    name="rebuild",
    help="Derive the lists anew from the log, and prove them equal to it.",
)
app.command(
    "starter.commands.sweeping:sweep",
    name="sweep",
    help="Do the nightly sweep now: wake, nudge and start whom somebody forgot.",
)
app.command(
    "starter.commands.clock:clock",
    name="clock",
    help="What time it is in this home; in a demonstration, let time pass.",
)
app.command(
    "starter.commands.migrating:migrate",
    name="migrate",
    help="Make or complete the tables, roles and rights of a PostgreSQL database, as its owner.",
)
app.command(
    "starter.commands.backing_up:backup",
    name="backup",
    help="Copy log, vault and keys of a home into a new directory, running or not, and verify the copy.",
)
