"""Settings keep what the protocol promises."""

import pytest
from pydantic import ValidationError

from gateway.settings import GatewaySettings


class TestGatewaySettings:
    def test_heartbeats_come_twice_within_the_threshold(self) -> None:
        settings = GatewaySettings()
        assert settings.heartbeat_seconds <= settings.presence_threshold_seconds / 2

    def test_are_read_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BACKCHANNEL_GATEWAY_NAME", "gateway-7")
        assert "gateway-7" == GatewaySettings().gateway_name

    def test_no_secret_has_a_default_outside_the_local_profile(self) -> None:
        with pytest.raises(ValidationError, match="BACKCHANNEL_MASTER_KEY"):
            GatewaySettings(profile="production")
