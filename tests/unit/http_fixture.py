"""A client of an ASGI application, without a server between them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from starlette.types import ASGIApp


class Client:
    """Asks one request at a time, from the address ``peer``; an exception of the app is raised."""

    def __init__(self, app: ASGIApp, *, peer: str = "192.0.2.77") -> None:
        self._transport = httpx.ASGITransport(app, client=(peer, 40000))  # type: ignore[arg-type]

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport, base_url="http://localhost"
            ) as client:
                return await client.request(method, path, **options)

        return asyncio.run(ask())

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)
