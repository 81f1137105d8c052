"""Apple's rules, as the fake keeps them: each breach has Apple's own status and reason."""

import time
from pathlib import Path

import jwt
import pytest

from infra.fake_push.apns import Apns, Asked, Refused
from infra.fake_push.devices import Devices
from infra.fake_push.keys import APNS_KEY, APNS_TEAM, APNS_TOPIC, KeyFiles, make_keys

NOW = time.time()
TOKEN = "ab" * 32
ALERT = b'{"aps":{"alert":{"loc-key":"NEW_MESSAGE"}},"conversation_id":"c1","message_id":"m1","kind":"message"}'
SILENT = b'{"aps":{"content-available":1},"conversation_id":"c1","kind":"clear"}'


class House:
    def __init__(self, keys: KeyFiles) -> None:
        self.apns = Apns(Devices(), keys.apns_public.read_bytes())
        self._key = keys.apns_key.read_text()

    def bearer(self, *, team: str = APNS_TEAM, key: str = APNS_KEY, ago_seconds: float = 0) -> str:
        claims = {"iss": team, "iat": int(NOW - ago_seconds)}
        return f"bearer {jwt.encode(claims, self._key, 'ES256', {'kid': key})}"

    def asked(self, body: bytes = ALERT, **headers: str) -> Asked:
        usual = {
            ":method": "POST",
            ":path": f"/3/device/{TOKEN}",
            "authorization": self.bearer(),
            "apns-topic": APNS_TOPIC,
            "apns-push-type": "alert",
        }
        return Asked(usual | {name.replace("_", "-"): value for name, value in headers.items()}, bytearray(body))

    def refusal(self, asked: Asked) -> tuple[int, str]:
        with pytest.raises(Refused) as refused:
            self.apns.read(asked, NOW)
        return refused.value.status, refused.value.reason


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(make_keys(tmp_path_factory.mktemp("apns") / "keys", "http://127.0.0.1/token"))


class TestRead:
    def test_an_alert(self, house: House) -> None:
        token, push = house.apns.read(house.asked(apns_collapse_id="c1", apns_expiration="99"), NOW)
        assert (TOKEN, True, "c1", "m1", 99.0) == (token, push.is_visible, push.tag, push.message_id, push.expires_at)

    def test_a_silent_one(self, house: House) -> None:
        _, push = house.apns.read(house.asked(SILENT, apns_push_type="background", apns_priority="5"), NOW)
        assert (False, "clear") == (push.is_visible, push.kind)


class TestRefused:
    @pytest.mark.parametrize(
        ("headers", "expected"),
        [
            ({"apns_topic": "another"}, (400, "TopicDisallowed")),
            ({"apns_push_type": "whisper"}, (400, "InvalidPushType")),
            ({"apns_priority": "7"}, (400, "BadPriority")),
            ({"apns_expiration": "soon"}, (400, "BadExpirationDate")),
            ({"apns_collapse_id": "x" * 65}, (400, "BadCollapseId")),
            ({"apns_id": "no-uuid"}, (400, "BadMessageId")),
            ({"authorization": ""}, (403, "MissingProviderToken")),
            ({"authorization": "bearer nonsense"}, (403, "InvalidProviderToken")),
            ({":path": "/3/device/garbage"}, (400, "BadDeviceToken")),
            ({":path": "/4/other"}, (404, "BadPath")),
            ({":method": "GET"}, (405, "MethodNotAllowed")),
        ],
    )
    def test_by_its_headers(self, house: House, headers: dict[str, str], expected: tuple[int, str]) -> None:
        assert expected == house.refusal(house.asked(**headers))  # type: ignore[arg-type]  # none is the body

    def test_a_background_push_that_would_be_seen(self, house: House) -> None:
        assert (400, "BadPriority") == house.refusal(house.asked(SILENT, apns_push_type="background"))
        seen = house.asked(ALERT, apns_push_type="background", apns_priority="5")
        assert (400, "InvalidPushType") == house.refusal(seen)

    @pytest.mark.parametrize(
        ("body", "expected"),
        [(b"", (400, "PayloadEmpty")), (b"{", (400, "PayloadEmpty")), (b"x" * 4097, (413, "PayloadTooLarge"))],
    )
    def test_by_its_payload(self, house: House, body: bytes, expected: tuple[int, str]) -> None:
        assert expected == house.refusal(house.asked(body))

    def test_by_its_provider_token(self, house: House) -> None:
        for bearer, reason in (
            (house.bearer(team="ANOTHER"), "InvalidProviderToken"),
            (house.bearer(key="ANOTHER"), "InvalidProviderToken"),
            (house.bearer(ago_seconds=3601), "ExpiredProviderToken"),
        ):
            assert (403, reason) == house.refusal(house.asked(authorization=bearer))


class TestKeys:
    def test_made_once_and_for_nobody_else_to_read(self, tmp_path: Path) -> None:
        files = make_keys(tmp_path / "keys", "http://127.0.0.1/token")
        before = files.apns_key.read_bytes()
        assert before == make_keys(tmp_path / "keys", "http://127.0.0.1/token").apns_key.read_bytes()
        assert 0o700 == files.folder.stat().st_mode & 0o777
