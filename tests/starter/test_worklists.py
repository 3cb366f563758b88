"""Worklists are filters of the folds: every list, over histories that nobody planned, on both databases."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from activities.event_log.read import LogReader
from activities.read_models.schema import person as person_table
from activities.read_models.schema import post as post_table
from domain.canonical import instant_text
from domain.case.shape import Deadline
from domain.case.state import CaseState
from domain.case.waits import Awaited, awaited, stuck_because
from domain.ids import case_stream
from domain.parties import DatedPost, HeldPost, Party, Post, parties_played
from domain.programmes import Programme
from starter.reading import Look, Office as Reading
from starter.sample.deped_stories import DEPED_STORIES
from starter.sample.stories import STORIES
from starter.sample.story import Story
from starter.views.worklists import AT_PROVIDER, AT_RECIPIENT, FIELDS, STAFF, Worklist, worklist, worklist_query
from tests.activities.builders import NewOffice, Office, steps_of
from tests.starter.shell import typed
