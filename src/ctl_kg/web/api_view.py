"""What the page of the API is given: api.html."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ctl_kg.web.views import QueryGroup


@dataclass(frozen=True)
class ApiView:
    """The API for people.

    ``document`` is the address of the OpenAPI document, ``swagger`` that of the folder of
    Swagger UI, or empty if it is not installed.
    """

    template: ClassVar[str] = "api.html"
    title: str
    description: str
    groups: tuple[QueryGroup, ...]
    document: str
    swagger: str
