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
app.command(
    "starter.commands.report_work:accomplishment",
    name="accomplishment",
    help="Show what was done in a case.",
)
app.command(
    "starter.commands.report_work:division",
    name="division",
    help="Show a division's year: pairs, activities, reviews.",
)
app.command(
    "starter.commands.report_drift:overview_drift",
    name="overview-drift",
    help="List open cases that cite a priority which has changed since.",
)
app.command(
    "starter.commands.report_matching:matching",
    name="matching",
    help="Show how partners were chosen: by ranking, by name, or against it.",
)
