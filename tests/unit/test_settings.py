"""Settings: where each comes from, and what is said of a value that cannot be."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from ctl_kg.cli.config import advice
from ctl_kg.errors import SettingsError
from ctl_kg.settings import Settings, load_settings, trace_settings, unknown_variables

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ctl-kg.toml"


def test_default_file_environment_flag_in_this_order(file: Path) -> None:
    file.write_text("# where\n\nport = 1001\nhost = '0.0.0.0'\nworkers = 2\n")
    environment = {"CTL_KG_HOST": "127.0.0.2", "CTL_KG_WORKERS": "3"}
    found = trace_settings(environment, config=file, workers=4, port=None)
    assert (found.settings.port, found.origins["port"]) == (1001, f"{file}:3")
    assert (found.settings.host, found.origins["host"]) == ("127.0.0.2", "CTL_KG_HOST")
    assert (found.settings.workers, found.origins["workers"]) == (4, "flag")
    assert (found.settings.query_queue, found.origins["query_queue"]) == (256, "default")


def test_every_setting_can_stand_in_the_file(file: Path) -> None:
    lines = []
    for row in fields(Settings):
        value = row.default
        if isinstance(value, tuple):
            shown = str(list(value))
        elif isinstance(value, int | float):
            shown = str(value)
        else:
            shown = f'"{value}"'
        lines.append(f"{row.name} = {shown}")
    file.write_text("\n".join(lines))
    found = trace_settings({}, config=file)
    assert found.settings == Settings(release_dir=file.parent / "release")
    assert [found.origins[row.name] for row in fields(Settings)] == [
        f"{file}:{number}" for number in range(1, len(lines) + 1)
    ]


def test_lists_in_both_ways(file: Path) -> None:
    file.write_text('trusted_proxies = [\n  "10.0.0.0/8",  # inside\n  "::1",\n]\n')
    assert load_settings({}, config=file).trusted_proxies == ("10.0.0.0/8", "::1")
    environment = {"CTL_KG_TRUSTED_PROXIES": "127.0.0.1, 192.168.0.0/16,"}
    found = load_settings(environment, config=file)
    assert found.trusted_proxies == ("127.0.0.1", "192.168.0.0/16")
    assert load_settings({"CTL_KG_TRUSTED_PROXIES": ""}, config=file).trusted_proxies == ()


def test_the_file_is_found(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert trace_settings({}).file is None
    file.write_text("port = 1001")
    assert load_settings({}).port == 1001
    other = tmp_path / "other.toml"
    other.write_text("port = 1002")
    assert load_settings({"CTL_KG_CONFIG": str(other)}).port == 1002
    assert load_settings({"CTL_KG_CONFIG": str(other)}, config=file).port == 1001


def test_a_folder_in_the_file_is_beside_the_file(file: Path) -> None:
    file.write_text('release_dir = "published/now"')
    assert load_settings({}, config=file).release_dir == file.parent / "published/now"


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("\nprot = 1", 2, "no setting 'prot'", "Did you mean port?"),
        ("quux = 1", 1, "no setting 'quux'", "ctl-kg config check"),
        ("host = 'x'\n[server]\nport = 1", 2, "no setting 'server'", "without tables"),
        ("server.port = 1", 1, "no setting 'server'", "without tables"),
        ("\n[port]\nx = 1", 2, "no setting 'port'", "without tables"),
        ("port = '8000'", 1, "port is '8000'", "a whole number"),
        ("port = 80.5", 1, "port is 80.5", "a whole number"),
        ("port = true", 1, "port is true", "a whole number"),
        ("query_timeout_s = '10'", 1, "query_timeout_s is '10'", "a number"),
        ("host = 1", 1, "host is 1", "quotation marks"),
        ("host = ''", 1, "host is ''", "a text"),
        ("trusted_proxies = '::1'", 1, "trusted_proxies is '::1'", "a list"),
        ("trusted_proxies = [1]", 1, "trusted_proxies is [1]", "a list"),
        ("trusted_proxies = ['10.0.0.1/8']", 1, "has '10.0.0.1/8'", "10.0.0.0/8"),
        ("service_allow = ['example.org/sparql']", 1, "'example.org/sparql'", "absolute"),
        ("service_allow = ['file:///etc/passwd']", 1, "file:", "http or https"),
        ("port = 70000", 1, "port is 70000", "1 to 65,535"),
        ("query_timeout_s = nan", 1, "query_timeout_s is nan", "seconds above 0"),
        ("cache_bytes = 0", 1, "cache_bytes is 0", "above 0"),
        ("rate_per_minute = -1", 1, "rate_per_minute is -1", "0 (no limit)"),
        ("robots = 'maybe'", 1, "robots is 'maybe'", "open or closed"),
        ("host = '''\nport = 1\n'''\nport = 'x'", 4, "port is 'x'", "a whole number"),
        ("port = 1\nport = 2", 2, "not TOML", "name = value"),
        ("host = 'a'\nport = \n", 2, "not TOML", "name = value"),
        ("host = 'a'\nservice_allow = [\n", 2, "not TOML", "name = value"),
    ],
)
def test_a_wrong_file_is_explained_with_its_line(
    file: Path, text: str, line: int, message: str, hint: str
) -> None:
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings({}, config=file)
    assert (caught.value.path, caught.value.line) == (str(file), line)
    assert caught.value.message.startswith(f"{file}:{line}: ")
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_file_that_is_not_there_or_not_text(file: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings({}, config=file)
    file.write_bytes(b"host = '\xff'")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load_settings({}, config=file)


@pytest.mark.parametrize(
    ("variable", "value", "hint"),
    [
        ("CTL_KG_PORT", "abc", "a whole number"),
        ("CTL_KG_PORT", "0", "1 to 65,535"),
        ("CTL_KG_QUERY_TIMEOUT_S", "soon", "a number"),
        ("CTL_KG_TRUSTED_PROXIES", "10.0.0.0/8,proxy", "networks"),
        ("CTL_KG_LOG_FORMAT", "xml", "text or json"),
        ("CTL_KG_PUBLISHER_NAME", "Regione\nEsempio", "on one line"),
        ("CTL_KG_PUBLISHER_NAME", "x" * 201, "at most 200"),
        ("CTL_KG_PUBLISHER_URL", "javascript:alert(1)", "http or https"),
        ("CTL_KG_FEEDBACK_URL", "www.example.org", "http or https"),
        ("CTL_KG_CONTACT_EMAIL", "opendata at example.org", "e-mail"),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({variable: value})
    assert variable in caught.value.message
    assert hint in caught.value.hint


def test_who_publishes_may_be_left_out_or_named(file: Path) -> None:
    assert Settings().publisher_name == Settings().contact_email == ""
    file.write_text(
        'publisher_name = "Regione Esempio"\npublisher_url = "https://www.example.org/?a=1#b"\n'
        'contact_email = "open.data+ctl@example.org"\nfeedback_url = ""\n'
    )
    found = load_settings({}, config=file)
    assert (found.publisher_name, found.feedback_url) == ("Regione Esempio", "")
    assert found.contact_email == "open.data+ctl@example.org"


def test_a_wrong_value_that_a_better_one_replaces_does_no_harm(file: Path) -> None:
    file.write_text("port = 0")
    assert load_settings({}, config=file, port=80).port == 80


def test_variables_that_are_no_settings() -> None:
    environment = {"CTL_KG_PROT": "", "CTL_KG_PORT": "1", "CTL_KG_CONFIG": "", "CTL_KG_QUUX": ""}
    assert unknown_variables(environment) == {"CTL_KG_PROT": "CTL_KG_PORT", "CTL_KG_QUUX": ""}


def test_the_sample_file_is_fit_for_the_public() -> None:
    settings = load_settings({}, config=ROOT / "deploy" / "ctl-kg.toml")
    assert advice(settings, 4 * 10**9, 2) == []


def test_the_page_on_running_it_lists_every_setting_with_its_default() -> None:
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    text = text[text.index("## Settings") : text.index("## With systemd")]
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| `?([^|`]*)`? \|", text, re.MULTILINE))
    expected = {}
    for row in fields(Settings):
        value = row.default
        shown = f"{value:,}" if isinstance(value, int) and value > 9999 else str(value)
        expected[row.name] = shown.removesuffix(".0") if value not in ((), "") else "none"
    assert rows == expected
