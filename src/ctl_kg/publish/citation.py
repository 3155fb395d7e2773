"""How to cite a resource of a release: as a sentence (APA), as BibTeX, as CSL-JSON.

What is cited is one entry of a published dataset, with the version that was read. Texts come
from the data and may hold anything: in BibTeX every character with a meaning is escaped, and
letters with accents are written as LaTeX writes them, so that the oldest BibTeX reads them.

Source: Publication Manual of the APA, 7th edition, §10.9 (data sets); BibTeX 0.99d, "Designing
BibTeX styles" (entry types, braces); CSL-JSON 1.0 (``csl-data.json`` of the Citation Style
Language). Not here: where the texts come from, and addresses (``web/cite``).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

# Characters with a meaning in TeX. Braces become words: BibTeX counts even escaped ones.
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "$": r"\$", "&": r"\&", "%": r"\%",
    "#": r"\#", "_": r"\_", '"': r"\textquotedbl{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}",
}  # fmt: skip
_LETTERS = {
    "ß": r"{\ss}", "æ": r"{\ae}", "Æ": r"{\AE}", "œ": r"{\oe}", "Œ": r"{\OE}", "ø": r"{\o}",
    "Ø": r"{\O}", "ł": r"{\l}", "Ł": r"{\L}", "ı": r"{\i}", "–": "--", "—": "---", "’": "'",
    "‘": r"\textquoteleft{}", "“": r"\textquotedblleft{}", "”": r"\textquotedblright{}",
    "«": r"\guillemotleft{}", "»": r"\guillemotright{}", "…": r"\ldots{}", "€": r"\texteuro{}",
    "→": r"$\rightarrow$", "°": r"\textdegree{}",
}  # fmt: skip
_BABEL = {"it": "italian", "en": "english"}  # what biblatex calls the languages
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u",
    "\u0307": ".", "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0327": "c",
    "\u0328": "k",
}  # fmt: skip


@dataclass(frozen=True)
class Citation:
    """What is cited.

    Args:
        iri: of the resource.
        title: its name; ``language`` is that of the name, a tag of BCP 47.
        authors: who made the dataset; bodies, not persons.
        issued: date of the release, ISO 8601.
        version: of the release.
        dataset: title of the dataset.
        publisher: who makes it available, or "".
        kind: what an entry is called, in the language of the reader ("data set entry").
        version_word: "Version", likewise.
        within: "In", likewise.
    """

    iri: str
    title: str
    language: str
    authors: tuple[str, ...]
    issued: str
    version: str
    dataset: str
    publisher: str
    kind: str
    version_word: str
    within: str

    @property
    def year(self) -> str:
        """The year of the release; empty if its date is none."""
        return self.issued[:4] if re.match(r"\d{4}", self.issued) else ""

    @property
    def key(self) -> str:
        """A name for the entry in a bibliography: of letters, digits and ``:.-`` only."""
        path = re.sub(r"^[a-z]+://[^/]*/", "", self.iri)
        plain = unicodedata.normalize("NFKD", path).encode("ascii", "ignore").decode()
        name = re.sub(r"[^A-Za-z0-9.:]+", "-", plain).strip("-") or "resource"
        return f"{name}:{re.sub(r'[^A-Za-z0-9.]+', '-', self.version)}"


def apa(citation: Citation) -> str:
    """Return the citation as one line of plain text.

    A publisher that is also the author is not named twice (APA 7 §9.29).
    """
    publisher = _one_line(citation.publisher)
    shown = f" {_ended(publisher)}" if publisher and publisher not in citation.authors else ""
    year = f"({citation.year or 'n.d.'})."
    title = f"{_one_line(citation.title)} [{citation.kind}]."
    names = [_one_line(each) for each in citation.authors]
    authors = ", ".join(names[:-1]) + ", & " * (len(names) > 1) + "".join(names[-1:])
    # Where nobody is named, the title comes first (APA 7 §9.12).
    start = f"{_ended(authors)} {year} {title}" if names else f"{title} {year}"
    return (
        f"{start} {citation.within} {_one_line(citation.dataset)} "
        f"({citation.version_word} {_one_line(citation.version)}).{shown} {citation.iri}"
    )


def bibtex(citation: Citation) -> str:
    """Return the citation as a ``@misc`` entry in ASCII, but for scripts that TeX has no name for.

    The title stands in braces of its own, so that no style changes its capitals.
    """
    publisher = "" if citation.publisher in citation.authors else citation.publisher
    authors = " and ".join("{" + bibtex_text(each) + "}" for each in citation.authors)
    fields = {
        "author": authors,
        "title": "{" + bibtex_text(citation.title) + "}",
        "howpublished": bibtex_text(f"{citation.within} {citation.dataset}"),
        "publisher": bibtex_text(publisher),
        "year": citation.year,
        "version": bibtex_text(citation.version),
        "url": _bibtex_address(citation.iri),
        "note": bibtex_text(citation.kind),
        "langid": _BABEL.get(citation.language.partition("-")[0], ""),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{citation.key},", *lines, "}"]) + "\n"


def bibtex_text(text: str) -> str:
    r"""Return a text as the value of a BibTeX field: one line, braces balanced.

    >>> bibtex_text("Città & {co}")
    'Citt{\\`a} \\& \\textbraceleft{}co\\textbraceright{}'
    """
    return "".join(
        _bibtex_character(each) for each in unicodedata.normalize("NFC", _one_line(text))
    )


def _bibtex_character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character in _LETTERS:
        return _LETTERS[character]
    base, *marks = list(unicodedata.normalize("NFD", character))
    if len(marks) == 1 and marks[0] in _ACCENTS and base.isascii():
        accent = _ACCENTS[marks[0]]
        letter = {"i": r"\i", "j": r"\j"}.get(base, base)
        space = " " if accent.isalpha() and not letter.startswith("\\") else ""
        return f"{{\\{accent}{space}{letter}}}"
    return character


def _bibtex_address(iri: str) -> str:
    """Return an IRI for a ``url`` field, which is read as it stands: what TeX reads is encoded."""
    return re.sub(r'[{}\\%"<>\s]', lambda m: m[0] if m[0] == "%" else f"%{ord(m[0]):02X}", iri)


def csl(citation: Citation) -> list[dict[str, Any]]:
    """Return the citation as a CSL-JSON document of one item."""
    found = re.match(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", citation.issued)
    item: dict[str, Any] = {
        "id": citation.key,
        "type": "dataset",
        "title": citation.title,
        "author": [{"literal": each} for each in citation.authors],
        "container-title": citation.dataset,
        "version": citation.version,
        "genre": citation.kind,
        "language": citation.language,
        "URL": citation.iri,
    }
    if found:
        item["issued"] = {"date-parts": [[int(part) for part in found.groups() if part]]}
    if citation.publisher:
        item["publisher"] = citation.publisher
    return [item]


def _one_line(text: str) -> str:
    """Return a text without line breaks, control characters and double spaces."""
    plain = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(plain.split())


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."
