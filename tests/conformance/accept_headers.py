"""Accept headers that real programs send, and what each must get.

``thing`` is the media type of the document about a thing, ``rows`` that of a SELECT, ``graph``
that of a CONSTRUCT. None stands where the program does not ask for such a thing. The rule is
RFC 9110 §12.5.1; where two types have the same quality, a data format stands before HTML and
the server's first choice (Turtle, JSON results) before the others.
"""

from __future__ import annotations

from dataclasses import dataclass

TTL, JSONLD, NT, RDF, HTML = (
    "text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml",
    "text/html",
)  # fmt: skip
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"


@dataclass(frozen=True)
class Sender:
    """A program and its header; ``accept`` is None where it sends none."""

    name: str
    accept: str | None
    thing: str | None = None
    rows: str | None = None
    graph: str | None = None


SENDERS = [
    # Programs that say nothing, or take anything.
    Sender("Python urllib, Go, netcat", None, TTL, JSON, TTL),
    Sender("curl, wget, Postman, Slack, Bing", "*/*", TTL, JSON, TTL),
    Sender("an empty header", "", TTL, JSON, TTL),
    # Browsers and crawlers.
    Sender("Firefox", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
           HTML, HTML, HTML),
    Sender("Firefox 92", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
           "image/webp,*/*;q=0.8", HTML, HTML, HTML),
    Sender("Chrome", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
           "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7", HTML, HTML, HTML),
    Sender("Safari", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
           HTML, HTML, HTML),
    Sender("Edge Legacy", "text/html, application/xhtml+xml, image/jxr, */*", HTML, HTML, HTML),
    Sender("Googlebot", "text/html,application/xhtml+xml,application/signed-exchange;v=b3,"
           "application/xml;q=0.9,*/*;q=0.8", HTML, HTML, HTML),
    Sender("Lynx", "text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01",
           HTML, HTML, HTML),
    Sender("a link checker", "text/html;q=0.9,*/*;q=0.1", HTML, HTML, HTML),
    # Java.
    Sender("Java URLConnection", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", HTML),
    Sender("Protégé (OWL API)", "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, "
           "text/plain; q=0.1, */*; q=0.09", RDF, None, RDF),
    Sender("ontology importers", "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6,"
           "text/turtle; q=0.5, application/ld+json; q=0.4, application/trig; q=0.3, "
           "application/n-triples; q=0.2, application/n-quads; q=0.19, text/n3; q=0.18", RDF),
    Sender("Jena, a graph", "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,"
           "application/rdf+xml;q=0.7,*/*;q=0.3", TTL, None, TTL),
    Sender("Jena, an older graph", "text/turtle,application/n-triples;q=0.9,application/ld+json;"
           "q=0.8,application/rdf+xml;q=0.7,*/*;q=0.5", TTL, None, TTL),
    Sender("Jena, rows", "application/sparql-results+json, application/sparql-results+xml;q=0.9, "
           "text/tab-separated-values;q=0.7, text/csv;q=0.5, application/json;q=0.2, "
           "application/xml;q=0.2, */*;q=0.1", None, JSON),
    Sender("Jena, any answer", "application/rdf+xml, application/n-triples, text/turtle, "
           "text/plain, application/n-quads, text/x-nquads, application/trig, text/n3, "
           "application/ld+json, application/trix, application/x-binary-rdf, "
           "application/sparql-results+json, application/sparql-results+xml;q=0.9, "
           "text/tab-separated-values;q=0.7, text/csv;q=0.5, application/json;q=0.2, "
           "application/xml;q=0.2, */*;q=0.1", None, JSON, TTL),
    Sender("RDF4J, rows", "application/x-binary-rdf-results-table, application/sparql-results+xml;"
           "q=0.8, application/sparql-results+json;q=0.8, text/csv;q=0.8, "
           "text/tab-separated-values;q=0.8", None, JSON),
    Sender("RDF4J, a longer list", "application/sparql-results+xml;q=0.8,application/xml;q=0.8,"
           "application/x-binary-rdf-results-table,application/sparql-results+json;q=0.8,"
           "application/json;q=0.8,text/csv;q=0.8,text/tab-separated-values;q=0.8", None, JSON),
    Sender("DBpedia's client", "application/n-triples;q=1,text/turtle;q=0.9,application/n-quads;"
           "q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,application/trig;q=0.7,"
           "*/*;q=0.5", NT, None, NT),
    # C, Python and others.
    Sender("rapper", "application/rdf+xml, text/rdf;q=0.6, application/n-triples, text/plain;"
           "q=0.1, text/turtle, application/x-turtle, application/turtle, text/n3;q=0.3, "
           "text/rdf+n3;q=0.3, application/rdf+n3;q=0.3, application/x-trig, application/rss;q=0.8,"
           " application/rss+xml;q=0.8, text/rss;q=0.8, application/xml;q=0.3, text/xml;q=0.3, "
           "application/atom+xml;q=0.3, text/html;q=0.2, application/xhtml+xml;q=0.4, text/html;"
           "q=0.6, application/xhtml+xml;q=0.8, text/x-nquads, */*;q=0.1", TTL, None, TTL),
    Sender("an old RDF tool", "text/rdf+n3, application/rdf+xml;q=0.9", TTL, None, TTL),
    Sender("grlc, JSON", "application/json", JSONLD, JSON, JSONLD),
    Sender("grlc, CSV", "text/csv", None, CSV),
    Sender("grlc, anything but a page", "application/sparql-results+json, */*;q=0.1", None, JSON),
    Sender("requests and R, CSV first", "text/csv, application/json;q=0.5", None, CSV),
    Sender("a spreadsheet", "text/tab-separated-values, text/csv;q=0.9", None, TSV),
    Sender("schema.org and LOD crawlers", "application/ld+json, application/json;q=0.9", JSONLD),
    Sender("an ActivityPub server", 'application/ld+json; profile="https://www.w3.org/ns/'
           'activitystreams", application/json;q=0.5', JSONLD),
    # JavaScript.
    Sender("YASGUI, rows", "application/sparql-results+json,*/*;q=0.9", None, JSON),
    Sender("YASGUI, a graph", "text/turtle,*/*;q=0.9", TTL, None, TTL),
    Sender("YASGUI, an older graph", "application/n-triples,*/*;q=0.9", NT, None, NT),
    Sender("rdflib.js and Solid", "image/*;q=0.9, */*;q=0.1, application/rdf+xml;q=0.9, "
           "application/xhtml+xml;q=0.8, text/xml;q=0.5, application/xml;q=0.5, text/html;q=0.8, "
           "application/ld+json;q=0.9, text/plain;q=0.5, text/n3, text/turtle", TTL),
    Sender("older rdflib.js", "image/*;q=0.9, */*;q=0.1, application/rdf+xml;q=0.9, "
           "application/xhtml+xml, text/xml;q=0.5, application/xml;q=0.5, text/html;q=0.9, "
           "text/plain;q=0.5, text/n3;q=1.0, text/turtle;q=1", TTL),
    Sender("fetch in a page", "application/json, text/plain, */*", JSONLD, JSON, JSONLD),
    # Headers at the edges of the rule.
    Sender("upper case", "TEXT/TURTLE", TTL, None, TTL),
    Sender("several with spaces", "text/turtle ;q=0.5 ,\t application/n-triples ; q=0.6", NT,
           None, NT),
    Sender("empty elements", ",,text/turtle,,", TTL, None, TTL),
    Sender("nothing but one refused", "*/*, text/turtle;q=0", JSONLD, JSON, JSONLD),
    Sender("the more exact range wins", "text/*;q=0.9, text/turtle;q=0.1, text/html;q=0.2, "
           "application/n-triples;q=0.5", NT, None, NT),
    Sender("a charset", "text/turtle;charset=utf-8", TTL, None, TTL),
    Sender("three decimals", "application/n-triples;q=0.999, text/turtle;q=0.998", NT, None, NT),
    Sender("XML for rows", "application/xml", None, XML),
    Sender("any text for rows", "text/*", None, CSV),
]  # fmt: skip
