"""The shapes of requests and of small answers. Requests are strict: no unknown fields, no conversions."""

import re
from base64 import b64encode
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from api.cursors import EPOCH, RFC3339
from api.passwords import PASSWORD_CHARACTERS_MIN
from infra.stores import accounts, devices
from infra.stores.media import Status
from infra.stores.privacy import Visibility
from schemas.ids import UUID_PATTERN
from schemas.media import MediaKind, MediaRefusalReason
from schemas.notifications import Provider
from schemas.times import timestamp

HANDLE_PATTERN = r"^[a-z0-9_.]{3,32}$"

_TOKENS = {"fcm": re.compile(r"[A-Za-z0-9_:.\-]+"), "apns": re.compile(r"(?:[0-9a-fA-F]{2}){32,100}")}

Handle = Annotated[str, Field(pattern=HANDLE_PATTERN, examples=["alice"])]
DisplayName = Annotated[str, Field(min_length=1, max_length=100, examples=["Alice"])]
NewPassword = Annotated[str, Field(min_length=PASSWORD_CHARACTERS_MIN)]
MediaId = Annotated[str, Field(pattern=UUID_PATTERN)]
DeviceName = Annotated[str, Field(min_length=1, max_length=100, examples=["laptop"])]


def _rfc3339(moment: datetime) -> str:
    return timestamp(int(moment.astimezone(UTC).timestamp() * 1000))


Time = Annotated[datetime, PlainSerializer(_rfc3339, return_type=str)]


def _from_rfc3339(said: object) -> datetime | None:
    """pydantic alone would take numbers and dates too, and times that UTC does not know."""
    if said is None:
        return None
    if not isinstance(said, str) or not RFC3339.fullmatch(said):
        raise ValueError("a time is written as in RFC 3339")
    try:
        return max(datetime.fromisoformat(said.upper()).astimezone(UTC), EPOCH)
    except OverflowError as beyond:
        raise ValueError("there is no such time in UTC") from beyond


# Small, and only for showing: base64 in the answer.
Preview = Annotated[bytes, PlainSerializer(lambda data: b64encode(data).decode(), return_type=str)]
SaidTime = Annotated[AwareDatetime | None, BeforeValidator(_from_rfc3339)]


class Request(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class NewAccount(Request):
    handle: Handle
    display_name: DisplayName
    password: NewPassword


class SignIn(Request):
    handle: str
    password: str
    device_name: DeviceName


class Refresh(Request):
    refresh_token: str


class PasswordChange(Request):
    """`password` is the one so far."""

    password: str
    new_password: NewPassword


class Erasure(Request):
    password: str


class ProfileChange(Request):
    """What is left out stays."""

    display_name: DisplayName = Field(default="")
    avatar_media_id: MediaId | None = None
    read_receipts: bool = True
    last_seen_visibility: Visibility = "everyone"


class User(Answer):
    user_id: str
    handle: str
    display_name: str

    @classmethod
    def of(cls, profile: accounts.Profile) -> "User":
        return cls(user_id=profile.user_id, handle=profile.handle, display_name=profile.display_name)


class Profile(User):
    """`avatar_media_id`: a picture that everybody may get."""

    avatar_media_id: str | None

    @classmethod
    def of(cls, profile: accounts.Profile) -> "Profile":
        return cls(
            user_id=profile.user_id,
            handle=profile.handle,
            display_name=profile.display_name,
            avatar_media_id=profile.avatar_media_id,
        )


class Me(Profile):
    """One's own profile, with what one shows of oneself."""

    read_receipts: bool
    last_seen_visibility: Visibility


class Presence(Answer):
    """Both null where the person hides it. `last_seen_at` is null as well while somebody is online, and of who never
    was."""

    user_id: str
    is_online: bool | None
    last_seen_at: str | None


class Gateway(Answer):
    """`url`: where sockets are opened directly."""

    url: str
    connections: int


class Gateways(Answer):
    gateways: list[Gateway]


class Users(Answer):
    users: list[Profile]


class NewMedia(Request):
    """What is about to be uploaded: `size` in bytes, `sha256` in hex. A path before the file's name is dropped."""

    kind: MediaKind
    content_type: Annotated[str, Field(max_length=200, examples=["image/jpeg"])]
    size: Annotated[int, Field(ge=1, examples=[2_500_000])]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)]
    file_name: Annotated[str, Field(max_length=1_000)] | None = None


class Upload(Answer):
    """A form for `url` with these `fields` and, as the last field, `file`."""

    url: str
    method: Literal["POST"]
    fields: dict[str, str]
    expires_at: Time


class MediaOpened(Answer):
    media_id: str
    status: Literal["pending", "ready"]
    upload: Upload | None = None


class Media(Answer):
    """`size` and `content_type` are the declared ones until it is ready, then those of what `url` gives. `width` and
    `height` in pixels; `preview` is a tiny WebP in base64, to be shown blurred."""

    media_id: str
    status: Status
    reason: MediaRefusalReason | None = None
    kind: MediaKind
    content_type: str
    size: int
    file_name: str | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    preview: Preview | None = None
    url: str | None = None
    thumbnail_url: str | None = None
    expires_at: Time | None = None


class PreferencesChange(Request):
    """What is left out stays."""

    muted_until: SaidTime = None


class Preferences(Answer):
    muted_until: Time | None


class Blocks(Answer):
    """Whom one blocks."""

    user_ids: list[str]


class Session(Answer):
    """`expires_in`: seconds until the access token is to be refreshed."""

    user_id: str
    device_id: str
    access_token: str
    refresh_token: str
    expires_in: int


class Device(Answer):
    device_id: str
    device_name: str
    created_at: Time
    is_current: bool

    @classmethod
    def of(cls, device: devices.Device, current_device_id: str) -> "Device":
        return cls(
            device_id=device.device_id,
            device_name=device.name,
            created_at=device.created_at,
            is_current=device.device_id == current_device_id,
        )


class Devices(Answer):
    devices: list[Device]


class PushToken(Request):
    """As the provider gave it to the device: FCM's is text without spaces, APNs's are bytes in hexadecimal."""

    provider: Provider
    token: str = Field(min_length=16, max_length=1024)

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if not _TOKENS[self.provider].fullmatch(self.token):
            raise ValueError(f"this is no token of {self.provider}")  # not which: it would be logged
        return self


class Ticket(Answer):
    """`expires_in`: seconds."""

    ticket: str
    expires_in: int


class Health(Answer):
    status: str


class Ready(Answer):
    """`stores`: which of them answer."""

    status: str
    stores: dict[str, bool]
