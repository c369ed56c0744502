"""Tests of the W3C that do not pass, by IRI, with the words of the standard that decide about each."""

from __future__ import annotations

import tomllib

from projects import REPOSITORY

EXCUSED = tomllib.loads((REPOSITORY / "tests/conformance/excused.toml").read_text(encoding="utf-8"))["excused"]
REASONS = {iri: each for each in EXCUSED for iri in each["tests"]}
