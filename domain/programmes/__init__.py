"""Programmes as data: one TOML file each, validated here, recorded by content in `programme/…` streams."""

from domain.programmes.model import Programme, ProgrammeError, parse_programme

__all__ = ["Programme", "ProgrammeError", "parse_programme"]
