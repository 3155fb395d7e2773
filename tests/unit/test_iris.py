"""IRIs and paths."""

import pytest

from ctl_kg.publish.iris import IriPaths, split_suffix

PATHS = IriPaths("https://w3id.org/ctl-kg/")


def test_paths_follow_the_base() -> None:
    assert PATHS.path_of("https://w3id.org/ctl-kg/onto/CTL", ".ttl") == "/onto/CTL.ttl"
    assert PATHS.path_of("http://example.org/x") is None
    mounted = IriPaths("https://w3id.org/ctl-kg/", "/kg")
    assert mounted.path_of("https://w3id.org/ctl-kg/data/cluster/afil") == "/kg/data/cluster/afil"


@pytest.mark.parametrize(
    "local", ["data/x/città", "data/x/citt%C3%A0", "data/x/a(b);c=d", "x/v1.0"]
)
def test_every_iri_is_among_the_candidates_of_its_path(local: str) -> None:
    iri = PATHS.base_iri + local
    path = PATHS.path_of(iri)
    assert path is not None
    assert iri in PATHS.candidates(path)


@pytest.mark.parametrize(
    "path", ["/data/%00", "/data/%FF", "/data/<x>", "/data/a%20b", "/%3Cscript"]
)
def test_what_cannot_be_an_iri_is_not_a_candidate(path: str) -> None:
    assert all(not set(iri) & set("\x00 <>") for iri in PATHS.candidates(path))


def test_only_known_suffixes_are_split() -> None:
    assert split_suffix("/a/b.ttl", ("ttl",)) == ("/a/b", "ttl")
    assert split_suffix("/a/b.exe", ("ttl",)) == ("/a/b.exe", None)
    assert split_suffix("/a/.ttl", ("ttl",)) == ("/a/.ttl", None)
