"""The documents of an export are described where readers look for it."""

from infra.local.places import ROOT
from infra.operator.account_documents import schema


class TestSchema:
    def test_is_the_one_in_docs(self) -> None:
        current = "python -m infra.operator.account_documents > docs/account-export.json"
        assert schema() == (ROOT / "docs" / "account-export.json").read_bytes(), current
