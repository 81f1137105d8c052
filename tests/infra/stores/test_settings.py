"""Where the stores are, and secrets that have defaults only locally."""

import base64

import pytest
from pydantic import ValidationError

from infra.stores.settings import ObjectSettings, StoreSettings

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


class TestObjectSecret:
    def test_has_a_default_locally(self) -> None:
        assert ObjectSettings().secret_key.get_secret_value()

    def test_has_none_in_production(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BACKCHANNEL_PROFILE", "production")
        with pytest.raises(ValidationError, match="BACKCHANNEL_OBJECTS_SECRET_KEY"):
            ObjectSettings()

    def test_as_given_in_production(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BACKCHANNEL_PROFILE", "production")
        monkeypatch.setenv("BACKCHANNEL_OBJECTS_SECRET_KEY", "objects")

        settings = ObjectSettings()

        assert "objects" == settings.secret_key.get_secret_value()
        assert "'objects'" not in repr(settings)
