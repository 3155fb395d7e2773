"""Pictures of plain data: pure functions to Vega specifications, and their rendering.

Each function takes labels, numbers and addresses, and returns a :class:`~ctl_kg.charts.picture
.Picture`: a Vega 6 specification with its size. Nothing here knows RDF, requests or pages; every
text in a picture comes from the caller, in the caller's language. The same data give the same
specification.

Source: Vega 6 (https://vega.github.io/vega/docs/).
"""
