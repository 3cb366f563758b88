"""Guards that PostgreSQL keeps over tables of ours: how they are made, and whether they stand as they were made.

Triggers that say no, and the functions behind them. They fire whatever role replication plays, and name tables
with their schema: a temporary table of the same name is not asked in their place.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, text

REFUSAL: Final = "BEGIN RAISE integrity_constraint_violation USING MESSAGE = TG_ARGV[0]; END"
"""Body of the function `refuse`, which says what its trigger gives it to say."""


def row_guard(*refusals: tuple[str, str], row: str = "NEW") -> str:
    """The body of a trigger function that refuses a row for the first condition that holds."""
    checks = "".join(
        f"IF {when} THEN RAISE integrity_constraint_violation USING MESSAGE = '{message}'; END IF; "
        for when, message in refusals
    )
    return f"BEGIN {checks}RETURN {row}; END"


def _table_of(trigger: str) -> str:
    """The table that a trigger's statement names."""
    return trigger.partition(" ON ")[2].partition(" ")[0]


def guard_statements(
    schema: str, functions: Mapping[str, str], triggers: Mapping[str, str]
) -> tuple[str, ...]:
    """What makes the guards, also where an older one stands. They fire whatever role replication plays."""
    return (
        *(
            f"CREATE OR REPLACE FUNCTION {schema}.{name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path TO pg_catalog, pg_temp AS $guard${body}$guard$"
            for name, body in functions.items()
        ),
        *(
            statement.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1)
            for statement in triggers.values()
        ),
        *(
            f"ALTER TABLE {_table_of(statement)} ENABLE ALWAYS TRIGGER {name}"
            for name, statement in triggers.items()
        ),
    )


_FUNCTIONS_PRESENT: Final = text(
    "SELECT p.proname, p.prosrc FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang"
    " WHERE p.pronamespace = CAST(:schema AS regnamespace) AND l.lanname = 'plpgsql' AND NOT p.prosecdef"
    " AND p.proconfig = ARRAY['search_path=pg_catalog, pg_temp']"
)
_TRIGGERS_PRESENT: Final = text(
    "SELECT t.tgname, c.relname, pg_get_triggerdef(t.oid), t.tgenabled = 'A', f.proname"
    " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " LEFT JOIN pg_proc f ON f.oid = t.tgfoid AND f.pronamespace = c.relnamespace"
    " WHERE c.relnamespace = CAST(:schema AS regnamespace) AND NOT t.tgisinternal"
)
_STRANGERS_PRESENT: Final = text(
    "SELECT 'the rule ' || r.rulename || ' on ' || c.relname FROM pg_rewrite r"
    " JOIN pg_class c ON c.oid = r.ev_class"
    " WHERE c.relnamespace = CAST(:schema AS regnamespace) AND r.rulename <> '_RETURN'"
    " UNION ALL SELECT 'the view ' || c.relname FROM pg_class c"
    " WHERE c.relnamespace = CAST(:schema AS regnamespace) AND c.relkind IN ('v', 'm')"
    " UNION ALL SELECT 'row security on ' || c.relname FROM pg_class c"
    " WHERE c.relnamespace = CAST(:schema AS regnamespace) AND c.relrowsecurity"
    " UNION ALL SELECT 'the table ' || c.relname || ' below ' || p.relname FROM pg_inherits i"
    " JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent"
    " WHERE p.relnamespace = CAST(:schema AS regnamespace) AND p.relkind = 'r'"
    " UNION ALL SELECT 'the unlogged table ' || c.relname FROM pg_class c"
    " WHERE c.relnamespace = CAST(:schema AS regnamespace) AND c.relkind = 'r' AND c.relpersistence <> 'p'"
    # One of the owner's may do in a stranger's name what only the owner may.
    " UNION ALL SELECT 'the function ' || p.proname || '(' || oidvectortypes(p.proargtypes) || ')' FROM pg_proc p"
    " WHERE p.pronamespace = CAST(:schema AS regnamespace)"
    " AND NOT (p.proname = ANY(:functions) AND p.pronargs = 0)"
    " ORDER BY 1"
)
_CONSTRAINTS_PRESENT: Final = text(
    "SELECT k.conname, c.relname || ' ' || pg_get_constraintdef(k.oid) AS words"
    " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_index i ON i.indexrelid = k.conindid"
    " WHERE c.relnamespace = CAST(:schema AS regnamespace) AND k.contype IN ('p', 'u', 'c')"
    " AND coalesce(i.indisvalid AND i.indisready, true)"
)


def compare_guards(
    connection: Connection,
    schema: str,
    functions: Mapping[str, str],
    triggers: Mapping[str, str],
    constraints: Mapping[str, str],
) -> tuple[list[str], list[str]]:
    """As `changed_guards`, for the guards of any schema.

    `constraints` are told by name, as the table and PostgreSQL's own words for them.
    """
    where = {"schema": schema}
    bodies = {row.proname: row.prosrc for row in connection.execute(_FUNCTIONS_PRESENT, where)}
    whole, strange = set(), []
    for name, table, words, always, function in connection.execute(_TRIGGERS_PRESENT, where):
        expected = triggers.get(name)
        if expected is None or _table_of(expected) != f"{schema}.{table}":
            strange.append(f"{name} on {table}")
        elif words == expected and always and bodies.get(function) == functions.get(function):
            whole.add(name)
    missing = [name for name in triggers if name not in whole]
    kept = {row.conname: row.words for row in connection.execute(_CONSTRAINTS_PRESENT, where)}
    missing += [name for name, words in constraints.items() if kept.get(name) != words]
    known = where | {"functions": list(functions)}
    return missing, sorted(strange) + list(connection.execute(_STRANGERS_PRESENT, known).scalars())
