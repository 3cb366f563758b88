"""Mail addresses as people gave them: taken apart, and written so that no header can be steered by them."""

import re
import unicodedata
from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import Final

_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_NAMED: Final = re.compile(r"(?P<name>[^<>@]*)<(?P<address>[^<>]+)>")
_LONGEST: Final = 254
_LONGEST_LOCAL: Final = 64


class BadAddressError(ValueError):
    """No mail can go there; the message never repeats what was given."""


@dataclass(frozen=True)
class Mailbox:
    """One mail address, its domain in ASCII, and the name beside it."""

    local: str = field(repr=False)
    domain: str
    name: str = field(default="", repr=False)

    @property
    def spec(self) -> str:
        """'anwen.prosser@school.example'."""
        return f"{self.local}@{self.domain}"

    def header(self) -> Address:
        """As it stands in a header; the library quotes or encodes the name."""
        return Address(self.name, self.local, self.domain)


def parse_address(text: str, name: str = "") -> Mailbox:
    """The address in the text, alone or as 'Name <address>'. Raises BadAddressError.

    Letters outside ASCII are taken in the domain only: few servers take them before the @.
    """
    named = _NAMED.fullmatch(text.strip())
    if named is not None:
        name, text = name or named["name"].strip().strip('"'), named["address"]
    local, at, domain = text.strip().rpartition("@")
    try:
        domain = domain.lower().encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    fits = len(local) <= _LONGEST_LOCAL and len(local) + 1 + len(domain) <= _LONGEST
    if not at or not fits or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise BadAddressError("that is no mail address")
    return Mailbox(local, domain, one_line(name))


def one_line(text: str) -> str:
    """The text without line breaks and other controls, which a header could be steered with."""
    return " ".join("".join(" " if unicodedata.category(c) in _CONTROLS else c for c in text).split())


_CONTROLS: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
