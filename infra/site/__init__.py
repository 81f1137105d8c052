"""The parts of the documents that are made from the machines' own: `python -m infra.site` (`__main__.py`)."""
