"""One command line verb for each command of a case, made from the command's model.

`python -m starter.commands.verbs` writes verbs.json anew; a test compares it with the models.
"""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import orjson
from cyclopts import Parameter

from domain.case.commands import COMMANDS, SYSTEM_VERBS, CaseCommand, Open, Sign
from domain.case.lifecycle import rows_for
from domain.ids import case_reference, case_stream
from starter.commands.writing import Order, WriteOptions, carry_out, from_file, read_body
from starter.completing import OF_FIELD, references
from starter.days import days_from
from starter.flags import flags_of
from starter.reading import Office, known_reference, programme_of, reading
from starter.views.case_list import now_in


def __getattr__(name: str) -> Callable[..., int]:
    """The function of one verb, made when it is asked for: no command pays for the others."""
    model = COMMANDS.get(name.replace("_", "-"))
    if model is None or model.verb in SYSTEM_VERBS:
        raise AttributeError(name)
    return _function(model)


def index() -> list[dict[str, str]]:
    """Every verb that a person may use, with its group and its help: what verbs.json keeps for the start."""
    return [
        {"verb": verb, "group": model.group, "help": _help(model)}
        for verb, model in COMMANDS.items()
        if verb not in SYSTEM_VERBS
    ]


def _function(model: type[CaseCommand]) -> Callable[..., int]:
    opens = model is Open
    flags = flags_of(model)

    def run(*arguments: str, options: WriteOptions | None = None, **typed: Any) -> int:
        values = {flag.name: typed.get(_python_name(flag.name)) for flag in flags}
        chosen = options or WriteOptions()
        with reading() as office:
            if opens:
                file = from_file(chosen.from_) if chosen.from_ else {}
                programme = values.get("programme") or file.get("programme")
                with days_from(now_in(office, str(programme).upper())):
                    return _open(office, values, chosen)
            reference = known_reference(office, arguments[0])
            with days_from(now_in(office, programme_of(reference))):
                return _send(office, model, reference, values, chosen)

    parameters = []
    if not opens:
        note = Parameter(help="Reference of the case, e.g. EAS-K7QX4MZ-R.", completer=references)
        kind = inspect.Parameter.POSITIONAL_ONLY
        parameters.append(inspect.Parameter("reference", kind, annotation=Annotated[str, note]))
    for flag in sorted(flags, key=lambda flag: not flag.required):
        note = Parameter(
            name=f"--{flag.name}",
            help=flag.help,
            negative="",
            show_default=False,
            show_choices=False,
            metavar="CHOICE" if flag.choices else None,
            consume_multiple=False,
            allow_leading_hyphen=flag.day,
            completer=OF_FIELD.get(flag.field),
        )
        default: Any = () if flag.kind == "many" else False if flag.kind == "switch" else None
        parameters.append(
            inspect.Parameter(
                _python_name(flag.name),
                inspect.Parameter.KEYWORD_ONLY,
                default=default,
                annotation=Annotated[flag.annotation, note],
            )
        )
    parameters.append(
        inspect.Parameter(
            "options", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=WriteOptions | None
        )
    )
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__name__ = model.verb.replace("-", "_")
    return run


def _help(model: type[CaseCommand]) -> str:
    rows = rows_for(model.verb)
    parties = ", ".join(dict.fromkeys(str(party).replace("_", " ") for row in rows for party in row.who))
    stages = sorted({stage.words for row in rows for stage in row.stages if stage is not None})
    words = [str(model.__doc__).strip(), "", f"By: {parties}."]
    if stages:
        words += ["", f"In: {', '.join(stages)}."]
    return "\n".join(words)


def _open(office: Office, values: dict[str, Any], options: WriteOptions) -> int:
    body = read_body(Open, values, options)

    def stream_of(key: str) -> str:
        return case_stream(free_reference(office, body["programme"], key))

    return carry_out(office, Order(Open.verb, stream_of, body, options))


def free_reference(office: Office, programme: str, key: str) -> str:
    """The reference of this opening command; the next one where another command has taken it."""
    for attempt in range(32):
        reference = case_reference(programme, key, attempt)
        first = next(iter(office.log.events(stream=case_stream(reference), limit=1)), None)
        if first is None or first.envelope.command == key:
            return reference
    raise RuntimeError("32 references in a row are taken")


def _send(
    office: Office, model: type[CaseCommand], reference: str, values: dict[str, Any], options: WriteOptions
) -> int:
    if model is Sign and not values.get("hash"):
        values["hash"] = _hash_that_stands(office, reference)
    body = read_body(model, values, options)
    return carry_out(office, Order(model.verb, lambda _key: case_stream(reference), body, options))


def _hash_that_stands(office: Office, reference: str) -> str | None:
    from starter.views.case import read_case

    agreement = read_case(office, reference).state.agreement
    return agreement.content_hash if agreement else "0" * 64


def _python_name(flag: str) -> str:
    return flag.replace("-", "_") + "_"


if __name__ == "__main__":
    Path(__file__).with_name("verbs.json").write_bytes(
        orjson.dumps(index(), option=orjson.OPT_INDENT_2) + b"\n"
    )
