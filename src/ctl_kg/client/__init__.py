"""A client for a ctl-kg server, for scripts and notebooks.

>>> from ctl_kg.client import Client
>>> kg = Client("http://127.0.0.1:8000", language="en")
>>> kg
Client('http://127.0.0.1:8000', language='en')

Light on purpose: it needs the standard library, and nothing of the server, the store or the
web is imported with it. rdflib, pandas and polars are imported by the methods that return
their objects. Errors are those of :mod:`ctl_kg.errors`.
"""

from ctl_kg.client.coverage import CoverageNote
from ctl_kg.client.evidence import Evidence, Source, Statement
from ctl_kg.client.links import Answer, Hop, Path
from ctl_kg.client.matrix import Gap, Matrix, MatrixCell
from ctl_kg.client.queries import Choice, Column, Parameter, StockQuery
from ctl_kg.client.rows import Hit, Hits, Row, Rows
from ctl_kg.client.service import Client
from ctl_kg.client.values import Cell, Iri

__all__ = [
    "Answer", "Cell", "Choice", "Client", "Column", "CoverageNote", "Evidence", "Gap", "Hit",
    "Hits", "Hop", "Iri", "Matrix", "MatrixCell", "Parameter", "Path", "Row", "Rows", "Source",
    "Statement", "StockQuery",
]  # fmt: skip
