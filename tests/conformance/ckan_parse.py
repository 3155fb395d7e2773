"""Run by a Python that has ckan and ckanext-dcat: read catalogues as CKAN's harvester does.

Input: a JSON array of [file, rdflib's name of the syntax, CKAN's name of the profile], with the
language of the site as a fourth if it matters; output: by file, the next page and the datasets
as CKAN would store them.
"""

import json
import sys
from pathlib import Path

from ckan.common import config
from ckanext.dcat.processors import RDFParser

found = {}
for path, syntax, profile, *language in json.load(sys.stdin):
    if language:
        config["ckan.locale_default"] = language[0]
    parser = RDFParser(profiles=[profile])
    parser.parse(Path(path).read_text(encoding="utf-8"), syntax)
    found[path] = {"next": parser.next_page(), "datasets": list(parser.datasets())}
json.dump(found, sys.stdout)
