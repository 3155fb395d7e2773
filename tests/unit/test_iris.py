"""IRIs and paths."""

import pytest

from ctl_kg.publish.iris import IriPaths, loose_path, normal_path, split_suffix

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
    assert split_suffix("/a/v1.0.ttl", ("ttl",)) == ("/a/v1.0", "ttl")
    assert split_suffix("/a.b/c", ("ttl",)) == ("/a.b/c", None)
    assert split_suffix("/a/b.x.y", ("y", "x.y")) == ("/a/b", "x.y")


@pytest.mark.parametrize(
    ("received", "normal"),
    [
        ("/data/%61fil", "/data/afil"),
        ("/data/%2f", "/data/%2F"),
        ("/data/(x)%28", "/data/(x)%28"),
        ("/data/citt\u00c3\u00a0", "/data/citt%C3%A0"),
        ("/data/%zz%", "/data/%zz%"),
        ("/data/a b", "/data/a%20b"),
    ],
)
def test_paths_have_one_normal_form(received: str, normal: str) -> None:
    assert normal_path(received) == normal
    assert normal_path(normal) == normal


def test_paths_that_people_confuse_are_alike() -> None:
    assert loose_path("/Data/Citt%C3%80/") == loose_path("data/citt\u00e0")
