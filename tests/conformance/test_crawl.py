"""Every IRI of the release answers in every media type, with the same statements.

A part of the IRIs is asked for: every class, every folder, and each n-th of all. Set
``CTL_KG_CRAWL_EVERY=1`` for all of them, or run ``python tests/conformance/crawl.py RELEASE``.
"""

from __future__ import annotations

import os
from pathlib import Path

import crawl
import pytest
from server import Report

pytestmark = pytest.mark.conformance
REPORT = Report("crawl")


def test_every_iri_in_every_media_type(release: Path) -> None:
    findings, count = crawl.run(release, int(os.environ.get("CTL_KG_CRAWL_EVERY", "10")))
    for line in crawl.report(findings, count):
        REPORT.row(line)
    assert findings.wrong == []
    assert count > 500
    assert sum(findings.asked.values()) >= count * len(crawl.TYPES)
