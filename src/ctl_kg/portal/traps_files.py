"""Traps in the files: addresses, formats, sizes, checksums.

Source: DCAT-AP 3.0.1 §5.4 (Distribution); SPDX (checksums); RFC 6838 (media types).
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode

from ctl_kg.portal.fetching import Probe
from ctl_kg.portal.source import RELATIVE
from ctl_kg.portal.statements import Term, name_of
from ctl_kg.portal.terms import SCHEMA, SPDX
from ctl_kg.portal.traps import Inspection
from ctl_kg.publish.authority import FILE_TYPE, FILE_TYPES, IANA
from ctl_kg.publish.findings import VIOLATION, WARNING

_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*", re.IGNORECASE)
_HEX_DIGITS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
_SIZE = re.compile(r"\d+(?:\.0+)?")


def check_files(it: Inspection) -> None:
    """Look at the files of every dataset."""
    profile = it.profile
    for dataset in it.datasets:
        it.missing(
            profile.wanted, "files", dataset, profile.files, "file",
            "Offer at least one: dcat:distribution with dcat:accessURL.",
        )  # fmt: skip
    for file in it.files:
        _addresses(it, file)
        _formats(it, file)
        _size(it, file)
        _checksum(it, file)


def _addresses(it: Inspection, file: str) -> None:
    profile = it.profile
    mend = "Give the address from which the file is had, whole, from https:// on."
    if profile.access:
        it.missing(VIOLATION, "access-url", file, profile.access, "address", mend)
        it.missing(WARNING, "download-url", file, profile.download, "address of the file", mend)
    else:
        it.missing(VIOLATION, "download-url", file, profile.download, "address", mend)
    for path in filter(None, (profile.access, profile.download)):
        for value in it.say.values(file, path):
            if _is_good(it, file, path, value):
                _answers(it, file, path, name_of(value))


def _is_good(it: Inspection, file: str, path: str, value: Term) -> bool:
    url = name_of(value)
    mend = "Write it whole, from https:// on, as an IRI; with public names only."
    problem = _problem(url, value)
    if problem:
        it.tell(VIOLATION, "address", file, problem, mend, path=path, value=url)
    return not problem


def _problem(url: str, value: Term) -> str:
    """Return what is wrong with an address as it is written; empty if nothing."""
    if url.startswith(RELATIVE):
        return f"'{url[len(RELATIVE) :]}' is relative: harvesters have nothing to resolve it by"
    if not isinstance(value, NamedNode):
        return f"'{url[:80]}' is no IRI: harvesters take no text for an address"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return f"<{url}> is no address"
    if parts.scheme not in ("http", "https") or not host:
        return f"<{url}> is no address of http or https"
    if _is_inside(host):
        return f"<{url}> is an address of this machine or network: nobody else reaches it"
    return ""


def _is_inside(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        own = (".local", ".localhost", ".internal", ".lan")
        return host == "localhost" or host.endswith(own) or "." not in host


def _answers(it: Inspection, file: str, path: str, url: str) -> None:
    seen = it.observed.get(url)
    if seen is None:
        return
    if seen.problem or not 200 <= seen.status < 300:
        it.tell(
            VIOLATION, "address-broken", file,
            seen.problem or f"<{url}> answered {seen.status}",
            seen.hint or "Mend the address, or the server.",
            path=path, value=url,
        )  # fmt: skip
    elif path == it.profile.download:
        _sent_type(it, file, seen)


def _sent_type(it: Inspection, file: str, seen: Probe) -> None:
    told = {_plain(each) for each in it.say.texts(file, it.profile.media_type)}
    if told and seen.media_type and seen.media_type not in told:
        it.tell(
            WARNING, "media-type-sent", file,
            f"the file comes as {seen.media_type}, the catalogue says {', '.join(sorted(told))}",
            "Let both say the same: portals choose viewers by one or the other.",
            path=it.profile.media_type, value=seen.media_type,
        )  # fmt: skip


def _plain(media_type: str) -> str:
    """Return a media type without the address of IANA's list.

    >>> _plain("http://www.iana.org/assignments/media-types/text/csv")
    'text/csv'
    """
    return media_type.rpartition("/media-types/")[2].strip().lower()


def _formats(it: Inspection, file: str) -> None:
    profile = it.profile
    codes = []
    if profile.format:
        mend = f"Write dct:format with an IRI of the table file-type, as <{FILE_TYPE}CSV>."
        it.missing(profile.wanted, "format", file, profile.format, "format", mend)
        for value in it.say.texts(file, profile.format):
            code = value[len(FILE_TYPE) :] if value.startswith(FILE_TYPE) else ""
            codes.append(code)
            if not code:
                message = f"the format '{value}' is not of the EU table file-type"
                it.tell(VIOLATION, "format-unknown", file, message, mend, path=profile.format,
                        value=value)  # fmt: skip
            elif code not in FILE_TYPES:
                message = f"the format code '{code}' is none of those known here"
                it.tell(WARNING, "format-unknown", file, message,
                        "See to it that the code is one of the table.", path=profile.format,
                        value=value)  # fmt: skip
    _media_types(it, file, [code for code in codes if code in FILE_TYPES])


def _media_types(it: Inspection, file: str, codes: list[str]) -> None:
    path = it.profile.media_type
    mend = f"Write it as IANA registers it: <{IANA}text/csv>."
    it.missing(WARNING, "media-type", file, path, "media type", mend)
    for value in it.say.texts(file, path):
        plain = _plain(value)
        if not _MEDIA_TYPE.fullmatch(plain):
            message = f"'{value}' is no media type as IANA registers them"
            it.tell(VIOLATION, "media-type-unknown", file, message, mend, path=path, value=value)
        for code in codes:
            if _MEDIA_TYPE.fullmatch(plain) and not _is_of(plain, code):
                message = f"the media type {plain} is not one of the format {code}"
                advice = f"Of {code} it is {' or '.join(FILE_TYPES[code])}; mend one of the two."
                it.tell(WARNING, "media-type-format", file, message, advice, path=path, value=value)


def _is_of(media_type: str, code: str) -> bool:
    """Tell whether a media type is one of a format; JSON and XML have many (RFC 6838 §4.2.8).

    >>> _is_of("application/vnd.datapackage+json", "JSON"), _is_of("text/csv", "JSON")
    (True, False)
    """
    suffix = f"+{code.lower().partition('_')[0]}"
    has_suffix = code in ("JSON", "JSON_LD", "XML") and media_type.endswith(suffix)
    return has_suffix or media_type in FILE_TYPES[code]


def _size(it: Inspection, file: str) -> None:
    path = it.profile.size
    for value in it.say.values(file, path):
        text = name_of(value)
        number = text.partition(" ")[0] if it.profile.size.startswith(SCHEMA) else text
        if not isinstance(value, Literal) or not _SIZE.fullmatch(number):
            it.tell(
                VIOLATION, "size", file, f"'{text}' is no number of bytes",
                "Write a whole number, as \"1024\"^^xsd:nonNegativeInteger.", path=path, value=text,
            )  # fmt: skip
            continue
        for url, seen in _seen(it, file):
            if seen.size is not None and seen.size != int(float(number)):
                it.tell(
                    VIOLATION, "size-differs", file,
                    f"the catalogue says {number} bytes, <{url}> has {seen.size}",
                    "Write the catalogue again from the files: ctl-kg build.",
                    path=path, value=text,
                )  # fmt: skip


def _seen(it: Inspection, file: str) -> list[tuple[str, Probe]]:
    urls = it.say.texts(file, it.profile.download)
    return [(url, it.observed[url]) for url in urls if url in it.observed]


def _checksum(it: Inspection, file: str) -> None:
    """Look at SPDX checksums, or schema.org's ``sha256``."""
    stated = [("sha256", text) for text in it.say.texts(file, SCHEMA + "sha256")]
    path = SCHEMA + "sha256" if stated else SPDX + "checksum"
    for node in it.say.texts(file, SPDX + "checksum"):
        algorithm = it.say.text(node, SPDX + "algorithm").rpartition("_")[2].lower()
        value = it.say.text(node, SPDX + "checksumValue")
        if not value or algorithm not in _HEX_DIGITS:
            it.tell(
                VIOLATION, "checksum", file,
                f"a checksum lacks its {'algorithm' if value else 'value'}",
                "Give spdx:checksumValue and spdx:algorithm spdx:checksumAlgorithm_sha256.",
                path=path, value=node,
            )  # fmt: skip
            continue
        stated.append((algorithm, value))
    for algorithm, value in stated:
        if not re.fullmatch(rf"[0-9a-fA-F]{{{_HEX_DIGITS[algorithm]}}}", value):
            message = (
                f"'{value[:80]}' is no {algorithm} checksum of {_HEX_DIGITS[algorithm]} digits"
            )
            it.tell(VIOLATION, "checksum", file, message,
                    "Write it in hexadecimal.", path=path, value=value)  # fmt: skip
        elif algorithm == "sha256":
            _compare(it, file, path, value)


def _compare(it: Inspection, file: str, path: str, value: str) -> None:
    for url, seen in _seen(it, file):
        if seen.sha256 and seen.sha256 != value.lower():
            it.tell(
                VIOLATION, "checksum-differs", file,
                f"the checksum is not that of <{url}>, which is {seen.sha256}",
                "The file changed after the catalogue was written, or on the way. Write the "
                "catalogue again from the files: ctl-kg build.",
                path=path, value=value,
            )  # fmt: skip
