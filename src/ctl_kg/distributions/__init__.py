"""What a release offers beside its core RDF files: tables, JSON arrays, a data package."""
