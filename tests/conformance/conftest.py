"""Shared by the conformance tests.

Starlette's test client prefers httpx2 and warns when it finds httpx; warnings are errors here,
so it is imported once where that warning is let pass.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import starlette.testclient  # noqa: F401
