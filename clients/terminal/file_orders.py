"""Orders about files: sending one to the open conversation, saving one that was sent there."""

import asyncio
import mimetypes
import shlex
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from clients.python.media import MediaKind
from clients.terminal.complaint import Complaint
from clients.terminal.desk import Desk

_KINDS: Mapping[str, MediaKind] = {"image": "image", "video": "video", "audio": "audio"}


async def _file(desk: Desk, rest: str) -> None:
    name, caption = _path_and_rest(rest)
    target = desk.view.target
    if target is None:
        raise Complaint("No conversation is open: /open HANDLE first.")
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    kind = _KINDS.get(content_type.partition("/")[0], "document")
    content = await asyncio.to_thread(_read, Path(name))
    media = await desk.api.upload(content, kind=kind, content_type=content_type, file_name=Path(name).name)
    if media.status != "ready":
        raise Complaint(f"{name} was refused: {media.reason}.")
    sent = await desk.client.send_media(
        media.media_id,
        caption=caption or None,
        to_user_id=None if target.conversation_id else target.user_id,
        conversation_id=target.conversation_id,
    )
    target.conversation_id = sent.conversation_id


async def _save(desk: Desk, rest: str) -> None:
    which, name = _path_and_rest(rest)
    message = await desk.message(which)
    if message.body is None or message.body.media_id is None:
        raise Complaint("There is no file in that message.")
    media = await desk.api.media(message.body.media_id)
    if media.url is None:
        raise Complaint("That file is not there.")
    path = Path(name or _own_name(media.file_name, media.media_id, media.content_type))
    content = await desk.api.download(media.url)
    await asyncio.to_thread(_write, path, content)
    desk.screen.show(f"{path}: {len(content):,} bytes")


def _own_name(file_name: str | None, media_id: str, content_type: str) -> str:
    """What its sender called it, with the ending of what it has become."""
    ending = mimetypes.guess_extension(content_type) or ""
    return Path(Path(file_name or media_id).name).with_suffix(ending).name


def _path_and_rest(text: str) -> tuple[str, str]:
    """A path with spaces stands in quotes."""
    try:
        first, *rest = shlex.split(text)
    except ValueError as broken:
        raise Complaint(f"{broken}.") from broken
    return first, " ".join(rest)


def _read(path: Path) -> bytes:
    try:
        return path.expanduser().read_bytes()
    except OSError as fault:
        raise Complaint(f"{path}: {fault.strerror}.") from fault


def _write(path: Path, content: bytes) -> None:
    """Never over a file that is there."""
    try:
        with path.expanduser().open("xb") as file:
            file.write(content)
    except OSError as fault:
        raise Complaint(f"{path}: {fault.strerror}.") from fault


ORDERS: Mapping[str, Callable[[Desk, str], Awaitable[None]]] = {"file": _file, "save": _save}
