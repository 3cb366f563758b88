"""`brokerage report`: documents about the work as a whole, made from the log alone."""

from cyclopts import App

app = App(
    name="report",
    help="Documents about the work as a whole, made from the log alone.",
    help_format="plaintext",
)
app.command(
    "starter.commands.report_catalogue:catalogue",
    name="catalogue",
    help="Publish what schools can ask for, as HTML and CSV.",
)
