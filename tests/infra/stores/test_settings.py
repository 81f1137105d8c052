"""Where the stores are, and secrets that have defaults only locally."""

import base64

import pytest
from pydantic import ValidationError

from infra.stores.settings import StoreSettings

SECRETS = {
    "master_key": base64.b64encode(bytes(range(32))).decode(),
    "direct_secret": "direct",
    "token_secret": "token",
}


class TestSecrets:
    def test_have_defaults_locally(self) -> None:
        settings = StoreSettings()
        assert 32 == len(settings.master_key_bytes())
        assert settings.direct_secret_bytes()
        assert settings.token_secret_bytes()

    @pytest.mark.parametrize("missing", sorted(SECRETS))
    def test_have_none_in_production(self, missing: str) -> None:
        given = {name: value for name, value in SECRETS.items() if name != missing}
        with pytest.raises(ValidationError, match=f"BACKCHANNEL_{missing.upper()}"):
            StoreSettings.model_validate({"profile": "production", **given})

    def test_as_given(self) -> None:
        settings = StoreSettings.model_validate({"profile": "production", **SECRETS})
        assert (bytes(range(32)), b"direct") == (settings.master_key_bytes(), settings.direct_secret_bytes())

    def test_are_not_shown(self) -> None:
        settings = StoreSettings.model_validate({"profile": "production", **SECRETS})
        assert SECRETS["master_key"] not in repr(settings)
