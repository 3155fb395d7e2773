"""A release whose every text is hostile: what an author, or who gave an author a list, may write.

Each text keeps its words and gets one of the attacks behind them, the same one for all texts of a
resource. The search index is made again from the changed texts.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zlib
from pathlib import Path

from playwright.sync_api import Page
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse, serialize
from server import BASE

from ctl_kg.publish.search_index import index_file
from ctl_kg.rdf.terms import text_of

# What runs says so in window.ran; an image that a text makes is asked of the server, in vain.
ATTACKS = (
    "</script><script>window.ran = 1</script></textarea></title></style>"
    "\"><img src=/ran onerror='window.ran = 1'>",
    "' autofocus onfocus=window.ran=1 x=' {{ 7*7 }} ${window.ran=1} &lt;b&gt; <b>bold</b>"
    " [link](javascript:window.ran=1) <a href='javascript:window.ran=1'>link</a>",
    "\u202eot thgir morf\u2067 \u05e9\u05dc\u05d5\u05dd \u200f\u0627\u0644\u0639\u0631\u0628",
    "Precipitevolissimevolmente" * 8,
)
SCRIPTED = "javascript:window.ran=1"
_PLAIN = re.compile(r"(printedForm|asRead|asBelieved|crony[a-z]*|fullAddress|postName)$")
# What leads to pages of others.
_LEADS = re.compile(r"(homepage|page|seeAlso|[a-z]Match)$")
# What a hostile text would have become if it were markup, and what it would have done.
_HARM = """() => {
  const found = window.ran === undefined ? [] : ["a text ran"];
  for (const each of document.querySelectorAll("*")) {
    for (const { name, value } of each.attributes) {
      const leads = /^(xlink:)?(href|src|action|formaction)$/i.test(name);
      const runs = value === "/ran" || (leads && /^\\s*\\w*script:/i.test(value));
      if (runs || /^on|^autofocus$/i.test(name))
        found.push(`${name} of ${each.outerHTML.slice(0, 200)}`);
    }
  }
  for (const each of document.querySelectorAll("b, script:not([src]):not([type^='application/'])"))
    found.push(each.outerHTML.slice(0, 200));
  return found;
}"""


def hostile_release(release: Path, folder: Path) -> Path:
    """Write a copy of a release with hostile texts.

    Args:
        release: a release.
        folder: where the copy goes.
    """
    shutil.copytree(release, folder)
    quads = [_changed(quad) for quad in parse(path=folder / "ctl-kg.nq", format=RdfFormat.N_QUADS)]
    serialize(quads, folder / "ctl-kg.nq", RdfFormat.N_QUADS)
    (folder / "search.sqlite").write_bytes(index_file(quads, BASE))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name, entry in manifest["files"].items():
        content = (folder / name).read_bytes()
        entry |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def _changed(quad: Quad) -> Quad:
    predicate, value = quad.predicate, quad.object
    if isinstance(value, Literal) and (value.language or _PLAIN.search(predicate.value)):
        text = f"{value.value} {attack_of(text_of(quad.subject))}"
        value = Literal(text, language=value.language)
    elif isinstance(value, NamedNode) and _LEADS.search(predicate.value):
        value = NamedNode(SCRIPTED)
    return Quad(quad.subject, predicate, value, quad.graph_name)


def attack_of(iri: str) -> str:
    """Return the attack that stands in the texts of a resource."""
    return ATTACKS[zlib.crc32(iri.encode()) % len(ATTACKS)]


def harm(page: Page) -> list[str]:
    """Return what hostile texts did to a page: nothing, it is to be hoped."""
    found: list[str] = page.evaluate(_HARM)
    return found
