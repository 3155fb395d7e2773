"""What the page of the API is given: api.html."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ctl_kg.web.views import QueryGroup


@dataclass(frozen=True)
class ApiView:
    """The API for people. ``description`` is the address of the OpenAPI document."""

    template: ClassVar[str] = "api.html"
    title: str
    groups: tuple[QueryGroup, ...]
    description: str
    has_swagger: bool
    page_scripts: str
