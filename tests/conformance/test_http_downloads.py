"""Downloads with checksums that hold, and the texts: about, accessibility, privacy."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from html_reader import Page
from starlette.testclient import TestClient

from ctl_kg.settings import Settings
from ctl_kg.web.app import create_app
from ctl_kg.web.download_tables import is_of_table

pytestmark = pytest.mark.conformance
BROWSER = {"accept": "text/html"}
TEXTS = ("/about", "/accessibility", "/privacy")
PUBLISHER = {
    "publisher_name": "Regione <Esempio> & altri",
    "publisher_url": "https://www.example.org/",
    "contact_email": "opendata@example.org",
    "feedback_url": "https://www.example.org/segnala?x=1&y=2",
}


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[TestClient]:
    with TestClient(create_app(release, Settings())) as made:
        yield made


def page(client: TestClient, path: str, language: str) -> str:
    answer = client.get(path, params={"lang": language}, headers=BROWSER)
    assert answer.status_code == 200
    assert answer.headers["content-language"] == language
    return answer.text


def main_of(text: str) -> str:
    return text[text.index("<main") : text.index("</main>")]


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_file_is_listed_with_its_own_checksum(client: TestClient, language: str) -> None:
    text = main_of(page(client, "/downloads", language))
    table = re.findall(
        r'<a href="/download/([^"]+)" download>(?:(?!</tr>).)*?<code>([^<]+)</code>(?:(?!</tr>).)*?'
        r'<code class="checksum">([0-9a-f]{64})</code>',
        text,
        re.DOTALL,
    )
    listed = {name: (media_type, digest) for name, media_type, digest in table}
    manifest = client.get("/download/manifest.json").json()
    assert set(listed) == {each for each in manifest["files"] if not is_of_table(each)} | {
        "manifest.json"
    }
    linked = re.findall(r'href="/download/([^"]+)"', text)
    assert set(linked) == {*manifest["files"], "manifest.json"}
    assert len(table) == len(listed)
    for name, (media_type, digest) in listed.items():
        answer = client.get("/download/" + name)
        assert hashlib.sha256(answer.content).hexdigest() == digest
        if name != "search.sqlite":
            assert answer.headers["content-type"].partition(";")[0] == media_type


def test_the_checksums_are_as_sha256sum_reads_them(client: TestClient, release: Path) -> None:
    sums = client.get("/download/SHA256SUMS")
    assert sums.headers["content-type"] == "text/plain; charset=utf-8"
    done = subprocess.run(
        ["sha256sum", "--check", "--strict"],
        input=sums.content,
        cwd=release,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    on_disk = {path.relative_to(release).as_posix() for path in release.rglob("*.*")}
    # The manifest holds the checksum of this file, so it is the one that is left out.
    assert {line.split("  ")[1] for line in sums.text.splitlines()} == on_disk - {"manifest.json"}


@pytest.mark.parametrize("language", ["it", "en"])
def test_how_to_cite_harvest_and_what_came_before(client: TestClient, language: str) -> None:
    text = unescape(main_of(page(client, "/downloads", language)))
    version = client.get("/download/manifest.json").json()["version"]
    assert f"@misc{{ctl-kg:{version}," in text
    assert "https://w3id.org/ctl-kg/" in text
    assert {"it": "Nessuna versione è stata pubblicata prima", "en": "No version was published"}[
        language
    ] in text
    for address in Page(text).links:
        if address.startswith("/"):
            found = client.get(address, headers={"accept": "*/*"})
            assert found.status_code == 200, address


@pytest.mark.parametrize("path", TEXTS)
def test_each_text_in_its_language(client: TestClient, path: str) -> None:
    texts = {language: page(client, path, language) for language in ("it", "en")}
    for language, text in texts.items():
        assert f'<html lang="{language}">' in text
        found = Page(text)
        assert not found.live
        assert all(address.startswith("/") for address in found.loads if address)
        assert text.count("<h1>") == 1
        ids = re.findall(r'<h2 id="([^"]+)"', main_of(text))
        assert len(ids) == len(set(ids)) >= 4
        for address in Page(main_of(text)).links:
            if address.startswith("/"):
                assert client.get(address, headers=BROWSER).status_code == 200, address
    sections = [re.findall(r'<h[23](?: id="[^"]+")?>', main_of(each)) for each in texts.values()]
    assert sections[0] == sections[1]
    plain = [re.sub(r"<[^>]+>", " ", main_of(each)).split() for each in texts.values()]
    same = sum(one == other for one, other in zip(*plain, strict=False))
    assert same < len(plain[0]) / 3


def test_the_figures_of_the_method_are_those_of_the_release(client: TestClient) -> None:
    counts = client.get("/download/manifest.json").json()["counts"]
    text = page(client, "/about", "en")
    for number in (
        counts["quads"],
        counts["entities_by_class"]["ctl:Passage"],
        *counts["alignments_by_certainty"].values(),
        counts["anomalies"],
    ):
        assert f"{number:,}" in text


def test_the_accessibility_statement_has_the_parts_of_the_model(client: TestClient) -> None:
    text = page(client, "/accessibility", "it")
    for heading in (
        "Stato di conformità",
        "Contenuti non accessibili",
        "Redazione della dichiarazione di accessibilità",
        "Feedback e recapiti",
        "Procedura di attuazione",
    ):
        assert f">{heading}</h2>" in text
    assert "parzialmente conforme" in text
    assert "Che cosa non è stato verificato" in text


def test_the_publisher_is_named_where_the_settings_name_one(release: Path) -> None:
    with TestClient(create_app(release, Settings(**PUBLISHER))) as client:  # type: ignore[arg-type]
        for path in ("/", "/downloads", *TEXTS):
            text = page(client, path, "it")
            assert "<Esempio>" not in text
            header = text[: text.index("<main")]
            assert 'href="https://www.example.org/"' in header
            assert "Regione &lt;Esempio&gt; &amp; altri" in header
            assert "https://www.example.org/segnala?x=1&amp;y=2" in text[text.index("<footer") :]
        for path in TEXTS:
            assert "mailto:opendata@example.org" in page(client, path, "en")


def test_without_a_publisher_the_texts_name_nobody(client: TestClient) -> None:
    for path in TEXTS:
        text = page(client, path, "it")
        assert "mailto:" not in text
        assert "Non è stato indicato un recapito" in text


def test_the_privacy_text_says_what_the_settings_do(release: Path) -> None:
    def told(**values: object) -> str:
        with TestClient(create_app(release, Settings(**values))) as client:  # type: ignore[arg-type]
            return " ".join(re.sub(r"<[^>]+>", " ", page(client, "/privacy", "en")).split())

    quiet = told()
    assert "write nothing of single requests" in quiet
    assert "keeps no count" in quiet
    assert "run by this server alone" in quiet
    loud = told(
        log_level="info",
        rate_per_minute=1234,
        query_rate_per_minute=56,
        service_allow=("https://example.org/sparql",),
    )
    assert "writes one line" in loud
    assert "only the length and a digest" in loud
    assert "1234 requests a minute and 56 queries a minute" in loud
    assert "https://example.org/sparql" in loud
    assert "is written in full" in told(log_level="debug")


def test_the_privacy_text_is_true_no_page_sets_a_cookie(client: TestClient) -> None:
    for path in ("/", "/sparql", "/search?q=afil", "/quality", "/downloads", *TEXTS):
        assert "set-cookie" not in client.get(path, headers=BROWSER).headers
