"""Media: permissions to upload and to download; the bytes go to and from the object store directly."""

from datetime import datetime
from uuid import uuid4

from fastapi import APIRouter, Response

from api import models
from api.authentication import Caller, Use
from api.completing import complete
from api.file_names import harmless
from api.openapi import refused
from api.paths import PathId
from api.problems import Problem, rate_limited
from api.services import Services
from infra.stores.contents import THUMBNAIL_TYPE, object_key
from infra.stores.media import MediaRow, NewMedia, ReadyContent
from schemas.media import CONTENT_TYPES, bare

router = APIRouter(prefix="/v1/media", tags=["media"])
WAITING_RETRY_SECONDS = 30.0
# The view of where media stand may be a moment behind the frame by which a client learned of one.
CATCH_UP_SECONDS = 1.0


@router.post(
    "",
    status_code=201,
    summary="Ask to upload a file",
    response_model_exclude_none=True,
    responses={200: {"model": models.MediaOpened, "description": "It is there already"}, **refused(413, 429)},
)
async def create_media(use: Use, caller: Caller, wanted: models.NewMedia, response: Response) -> models.MediaOpened:
    """201 with how to upload exactly these bytes: a form with `fields` and, as its last field, `file`. 200 if the
    caller has uploaded them before, or was sent them: then the media is ready under the id in the answer."""
    content_type = _content_type(use, wanted)
    if known := await use.media.has_already(caller.user_id, wanted.kind, wanted.sha256):
        response.status_code = 200
        return models.MediaOpened(media_id=known, status="ready")
    new = NewMedia(
        str(uuid4()), caller.user_id, wanted.kind, content_type, wanted.size, wanted.sha256, harmless(wanted.file_name)
    )
    settings = use.settings
    life_seconds = settings.media_upload_seconds
    if not await use.media.open(new, life_seconds=life_seconds, waiting_max=settings.media_waiting_max):
        raise rate_limited(WAITING_RETRY_SECONDS)
    post = use.objects.presign_post(
        use.object_settings.quarantine_bucket, new.media_id, content_type=content_type, size=new.size,
        sha256=new.sha256, life_seconds=life_seconds,
    )  # fmt: skip
    upload = models.Upload(url=post.url, method="POST", fields=dict(post.fields), expires_at=post.expires_at)
    return models.MediaOpened(media_id=new.media_id, status="pending", upload=upload)


@router.post(
    "/{media_id}/complete",
    status_code=202,
    summary="Say that a file is uploaded",
    response_model_exclude_none=True,
    responses=refused(404, 409),
)
async def complete_media(use: Use, caller: Caller, media_id: PathId) -> models.Media:
    """It is proved and made ready, or refused, in the background: `GET` tells. Saying it again changes nothing. 409 if
    nothing was uploaded."""
    row = await use.media.one(media_id)
    if row is None or row.declared.owner_id != caller.user_id:
        raise Problem("not-found")
    if row.status == "pending":
        await complete(use, row.declared)
        row = await use.media.one(media_id)
    if row is None:
        raise Problem("not-found")
    return _media(use, row)


@router.get("/{media_id}", summary="A file, and where to get it", response_model_exclude_none=True)
async def get_media(use: Use, caller: Caller, media_id: PathId) -> models.Media:
    """For its owner, and for who was sent it; the addresses are good until `expires_at`. Ranges may be asked for."""
    row = await use.media.one(media_id)
    if row is None or not (row.declared.owner_id == caller.user_id or await _is_shown(use, caller.user_id, row)):
        raise Problem("not-found")
    return _media(use, row)


async def _is_shown(use: Services, user_id: str, row: MediaRow) -> bool:
    if row.status != "ready":
        return False
    return await use.media.may_see(user_id, row.declared.media_id, wait_seconds=CATCH_UP_SECONDS)


def _content_type(use: Services, wanted: models.NewMedia) -> str:
    """The declared type, without parameters. Raises Problem."""
    content_type = bare(wanted.content_type)
    if content_type not in CONTENT_TYPES[wanted.kind]:
        raise Problem(
            "invalid", f"content_type: {wanted.kind} is one of {', '.join(sorted(CONTENT_TYPES[wanted.kind]))}"
        )
    bytes_max = use.settings.media_bytes_max(wanted.kind)
    if wanted.size > bytes_max:
        raise Problem("too-large", f"{wanted.kind}: at most {bytes_max} bytes")
    return content_type


def _media(use: Services, row: MediaRow) -> models.Media:
    declared = row.declared
    said = models.Media(
        media_id=declared.media_id,
        status=row.status,
        reason=row.reason,
        kind=declared.kind,
        content_type=declared.content_type,
        size=declared.size,
        file_name=declared.file_name,
    )
    return said if row.content is None else _ready(use, said, row.content)


def _ready(use: Services, said: models.Media, content: ReadyContent) -> models.Media:
    """With what is known of the content, and where it is. A document is saved, never shown by a browser."""
    name = (said.file_name or "document") if said.kind == "document" else None
    url, expires_at = _address(use, content.sha256, content.content_type, name)
    thumbnail = content.thumbnail_sha256
    known = {
        "content_type": content.content_type,
        "size": content.size,
        "width": content.width,
        "height": content.height,
        "duration_seconds": content.duration_seconds,
        "preview": content.preview,
        "url": url,
        "thumbnail_url": _address(use, thumbnail, THUMBNAIL_TYPE)[0] if thumbnail else None,
        "expires_at": expires_at,
    }
    return said.model_copy(update=known)


def _address(use: Services, sha256: str, content_type: str, file_name: str | None = None) -> tuple[str, datetime]:
    bucket, life_seconds = use.object_settings.media_bucket, use.settings.media_url_seconds
    got = use.objects.presign_get(
        bucket, object_key(sha256), content_type=content_type, life_seconds=life_seconds, file_name=file_name
    )
    return got.url, got.expires_at
