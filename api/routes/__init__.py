"""One file per resource. Routes read and check; what they do with stores stands in `infra.stores`."""
