"""Media, by the sentences of PROTOCOL section 1: uploaded and downloaded at the object store, never through us."""

import asyncio
import io
import os
import time
from datetime import datetime
from uuid import uuid4

import httpx
from PIL import Image

from clients.python.events import (
    GroupCreated,
    GroupSettingsChanged,
    MemberRemoved,
    MembersAdded,
    MessageDeleted,
    MessageSent,
)
from tests.e2e import media
from tests.e2e.commands import (
    add_members,
    answer,
    change_settings,
    create_group,
    delete_message,
    edit_message,
    refusal,
    refusal_over_http,
    remove_member,
)
from tests.e2e.line import Lines
from tests.e2e.media import File, call, look, send_media
from tests.e2e.people import People, Person
from tests.streams.media.decoding.files import MARKUP, photograph, tell_tale_jpeg, written
from tests.streams.media.decoding.sounds_and_films import film, sound


def photo(width: int = 640, height: int = 480) -> File:
    """A photograph that nobody uploaded before, to the eye either: the same pixels would become the same content."""
    image = photograph(width, height)
    image.paste(Image.frombytes("RGB", (4, 4), os.urandom(48)).resize((64, 64), Image.Resampling.NEAREST))
    return File(written(image, "JPEG"))


class TestUpload:
    async def test_permission_to_upload_exactly_this(self, alice: Person) -> None:
        file = photo()
        status, opened = await call(alice, "POST", "/v1/media", file.declared())

        assert 201 == status
        assert {"media_id", "status", "upload"} == opened.keys()
        assert "pending" == opened["status"]
        assert {"url", "method", "fields", "expires_at"} == opened["upload"].keys()
        left = datetime.fromisoformat(opened["upload"]["expires_at"]).timestamp() - time.time()
        assert 60 < left < 3600

    async def test_pending_processing_ready(self, alice: Person) -> None:
        file = photo(width=3000, height=2000)
        opened = await media.ask(alice, file)
        pending = await look(alice, opened["media_id"])
        assert ("pending", "image", "image/jpeg", len(file.content)) == (
            pending["status"], pending["kind"], pending["content_type"], pending["size"],
        )  # fmt: skip
        assert "url" not in pending
        assert 204 == (await media.put(opened, file.content)).status_code

        status, said = await media.complete(alice, opened["media_id"])

        assert (202, True) == (status, said["status"] in {"processing", "ready"})
        ready = await media.decided(alice, opened["media_id"])
        assert "ready" == ready["status"]
        assert 2048 == ready["width"]
        assert ready["height"] in {1365, 1366}
        content = (await media.get(ready["url"])).content
        assert ready["size"] == len(content)
        assert (2048, ready["height"]) == Image.open(io.BytesIO(content)).size
        thumbnail = await media.get(ready["thumbnail_url"])
        assert "image/webp" == thumbnail.headers["content-type"]
        assert max(Image.open(io.BytesIO(thumbnail.content)).size) <= 320
        assert ready["preview"]

    async def test_nothing_of_camera_and_place_is_left(self, alice: Person) -> None:
        ready = await look(alice, await media.ready(alice, File(tell_tale_jpeg())))

        content = (await media.get(ready["url"])).content

        assert not Image.open(io.BytesIO(content)).getexif()
        for secret in (b"SecretMaker", b"SecretComment", MARKUP):
            assert secret not in content

    async def test_the_same_bytes_again_are_ready_at_once(self, alice: Person) -> None:
        file = photo()
        media_id = await media.ready(alice, file)

        assert (200, {"media_id": media_id, "status": "ready"}) == await call(
            alice, "POST", "/v1/media", file.declared()
        )

    async def test_bytes_that_one_was_sent_are_ready_at_once(self, alice: Person, bob: Person) -> None:
        file = photo()
        media_id = await media.ready(alice, file)
        await alice.do(MessageSent, send_media(media_id, to_user_id=bob.user_id))
        content = (await media.get((await look(bob, media_id))["url"])).content

        status, opened = await call(bob, "POST", "/v1/media", File(content).declared())

        assert (200, media_id) == (status, opened["media_id"])

    async def test_nobody_obtains_content_by_knowing_a_hash(self, alice: Person, bob: Person) -> None:
        file = photo()
        await media.ready(alice, file)

        opened = await media.ask(bob, file)
        status, _ = await media.complete(bob, opened["media_id"])

        assert 409 == status
        assert "pending" == (await look(bob, opened["media_id"]))["status"]

    async def test_the_same_content_is_kept_once_for_all_who_have_it(self, alice: Person, bob: Person) -> None:
        file = photo()
        first = await look(alice, await media.ready(alice, file))
        second = await look(bob, await media.ready(bob, file))

        assert first["media_id"] != second["media_id"]
        assert httpx.URL(first["url"]).path == httpx.URL(second["url"]).path

    async def test_completed_twice_is_ready_once(self, alice: Person) -> None:
        file = photo()
        opened = await media.ask(alice, file)
        await media.put(opened, file.content)

        answers = await asyncio.gather(*(media.complete(alice, opened["media_id"]) for _ in range(3)))

        assert {202} == {status for status, _ in answers}
        ready = await media.decided(alice, opened["media_id"])
        status, again = await media.complete(alice, opened["media_id"])
        assert (202, "ready", ready["width"]) == (status, again["status"], again["width"])

    async def test_names_are_kept_without_what_does_harm(self, alice: Person) -> None:
        file = File(photo().content, name="../../etc/\u202egpj.\x07exe.jpg")
        assert "gpj.exe.jpg" == (await look(alice, await media.ready(alice, file)))["file_name"]


class TestDownload:
    async def test_in_ranges(self, alice: Person) -> None:
        url = (await look(alice, await media.ready(alice, photo())))["url"]
        whole = (await media.get(url)).content

        part = await media.get(url, {"Range": "bytes=100-299"})

        assert (206, whole[100:300]) == (part.status_code, part.content)

    async def test_not_with_a_url_that_was_tampered_with(self, alice: Person) -> None:
        one, other = [(await look(alice, await media.ready(alice, photo())))["url"] for _ in range(2)]
        there = httpx.URL(one).copy_with(path=httpx.URL(other).path)
        unsigned = httpx.URL(one).copy_with(query=None)
        longer = httpx.URL(one).copy_set_param("X-Amz-Expires", "604800")
        html = httpx.URL(one).copy_set_param("response-content-type", "text/html")

        for url in (there, unsigned, longer, html):
            assert (await media.get(str(url))).status_code in {400, 403}, url

    async def test_documents_are_saved_and_never_shown(self, alice: Person) -> None:
        file = File(
            b"Dear all,\n" + str(uuid4()).encode(), "text/plain", "document", "lett\x00er.txt".replace("\0", "")
        )
        ready = await look(alice, await media.ready(alice, file))

        got = await media.get(ready["url"])

        assert file.content == got.content
        assert "attachment; filename*=UTF-8''letter.txt" == got.headers["content-disposition"]


class TestWhoMayHaveIt:
    async def test_its_owner_and_those_to_whom_it_was_sent(self, alice: Person, bob: Person, people: People) -> None:
        stranger = await people.person("carol")
        media_id = await media.ready(alice, photo())
        assert 404 == (await call(bob, "GET", f"/v1/media/{media_id}"))[0]

        await alice.do(MessageSent, send_media(media_id, "look", to_user_id=bob.user_id))

        assert 200 == (await media.get((await look(bob, media_id))["url"])).status_code
        assert 404 == (await call(stranger, "GET", f"/v1/media/{media_id}"))[0]

    async def test_not_who_came_later_or_had_left(self, alice: Person, bob: Person, people: People) -> None:
        carol = await people.person("carol")
        early, late = [await media.ready(alice, photo()) for _ in range(2)]
        group = (await alice.do(GroupCreated, create_group(bob))).conversation_id
        await alice.do(MessageSent, send_media(early, conversation_id=group))
        await alice.do(MembersAdded, add_members(group, carol))
        await alice.do(MemberRemoved, remove_member(group, bob))
        await alice.do(MessageSent, send_media(late, conversation_id=group))

        await look(carol, late)
        await look(bob, early)
        assert 404 == (await call(carol, "GET", f"/v1/media/{early}"))[0]
        assert 404 == (await call(bob, "GET", f"/v1/media/{late}"))[0]

    async def test_nobody_else_once_it_was_deleted(self, alice: Person, bob: Person) -> None:
        media_id = await media.ready(alice, photo())
        sent = await alice.do(MessageSent, send_media(media_id, to_user_id=bob.user_id))
        await look(bob, media_id)

        await alice.do(MessageDeleted, delete_message(sent))

        await media.gone(bob, media_id)
        await look(alice, media_id)

    async def test_unknown_ones(self, alice: Person) -> None:
        assert 404 == (await call(alice, "GET", f"/v1/media/{uuid4()}"))[0]
        assert 404 == (await call(alice, "POST", f"/v1/media/{uuid4()}/complete"))[0]
        assert 400 <= (await call(alice, "GET", "/v1/media/nonsense"))[0] < 500

    async def test_nobody_completes_anothers(self, alice: Person, bob: Person) -> None:
        file = photo()
        opened = await media.ask(alice, file)
        await media.put(opened, file.content)

        assert 404 == (await media.complete(bob, opened["media_id"]))[0]
        assert "pending" == (await look(alice, opened["media_id"]))["status"]


class TestMessages:
    async def test_shown_as_sent_with_its_caption(self, alice: Person, bob: Person, lines: Lines) -> None:
        opened = await lines.hello(bob)
        media_id = await media.ready(alice, photo())

        await alice.do(MessageSent, send_media(media_id, "look", to_user_id=bob.user_id))

        body = (await opened.line.hear_one(MessageSent)).body
        assert body is not None
        assert ("media", media_id, "look") == (body.kind, body.media_id, body.caption)

    async def test_refused_until_it_is_ready(self, alice: Person, bob: Person, lines: Lines) -> None:
        opened = await lines.hello(alice)
        file = photo()
        waiting = await media.ask(alice, file)
        frame = send_media(waiting["media_id"], to_user_id=bob.user_id)
        assert "media-not-ready" == await refusal(opened.line, frame)
        await media.put(waiting, file.content)
        assert "media-not-ready" == await refusal(opened.line, frame)
        await media.complete(alice, waiting["media_id"])
        await media.decided(alice, waiting["media_id"])

        assert isinstance(await answer(opened.line, frame), MessageSent)

    async def test_refused_with_anothers(self, alice: Person, bob: Person) -> None:
        media_id = await media.ready(alice, photo())
        assert (422, "media-not-ready") == await refusal_over_http(bob, send_media(media_id, to_user_id=alice.user_id))

    async def test_forwarded_by_who_was_sent_it(self, alice: Person, bob: Person, people: People) -> None:
        carol = await people.person("carol")
        media_id = await media.ready(alice, photo())
        await alice.do(MessageSent, send_media(media_id, to_user_id=bob.user_id))

        await bob.do(MessageSent, send_media(media_id, to_user_id=carol.user_id))

        assert 200 == (await media.get((await look(carol, media_id))["url"])).status_code

    async def test_edits_may_show_media_that_are_ready(self, alice: Person, bob: Person) -> None:
        media_id = await media.ready(alice, photo())
        sent = await alice.send(bob)
        frame = edit_message(sent) | {"body": {"kind": "media", "media_id": media_id}}
        assert (422, "media-not-ready") == await refusal_over_http(
            alice, frame | {"client_id": str(uuid4()), "body": {"kind": "media", "media_id": str(uuid4())}}
        )

        assert 201 == (await call(alice, "POST", "/v1/commands", frame))[0]

        await look(bob, media_id)


class TestAvatars:
    async def test_of_a_person(self, alice: Person, bob: Person) -> None:
        media_id = await media.ready(alice, photo())

        status, me = await call(alice, "PATCH", "/v1/users/me", {"avatar_media_id": media_id})

        assert (200, media_id) == (status, me["avatar_media_id"])
        _, seen = await call(bob, "GET", f"/v1/users/{alice.user_id}")
        assert media_id == seen["avatar_media_id"]
        await look(bob, media_id)
        _, me = await call(alice, "PATCH", "/v1/users/me", {"avatar_media_id": None})
        assert me["avatar_media_id"] is None
        assert 404 == (await call(bob, "GET", f"/v1/media/{media_id}"))[0]

    async def test_of_a_group(self, alice: Person, bob: Person, people: People) -> None:
        media_id = await media.ready(alice, photo())
        group = (await alice.do(GroupCreated, create_group(bob))).conversation_id

        await alice.do(GroupSettingsChanged, change_settings(group, avatar_media_id=media_id))

        await look(bob, media_id)
        stranger = await people.person("carol")
        assert 404 == (await call(stranger, "GET", f"/v1/media/{media_id}"))[0]

    async def test_refused_unless_an_image_of_ones_own_that_is_ready(self, alice: Person, bob: Person) -> None:
        anothers = await media.ready(bob, photo())
        document = await media.ready(alice, File(str(uuid4()).encode(), "text/plain", "document"))
        waiting = (await media.ask(alice, photo()))["media_id"]
        group = (await alice.do(GroupCreated, create_group(bob))).conversation_id

        for media_id in (anothers, document, waiting, str(uuid4())):
            status, said = await call(alice, "PATCH", "/v1/users/me", {"avatar_media_id": media_id})
            assert (422, "media-not-ready") == (status, said["code"])
            frame = change_settings(group, avatar_media_id=media_id)
            assert (422, "media-not-ready") == await refusal_over_http(alice, frame)


class TestOtherKinds:
    async def test_pictures_with_alpha(self, alice: Person) -> None:
        picture = photograph().convert("RGBA")
        picture.putalpha(200)
        for name in ("PNG", "WEBP"):
            ready = await look(alice, await media.ready(alice, File(written(picture, name), f"image/{name.lower()}")))
            assert ready["content_type"] in {"image/png", "image/webp"}

    async def test_a_film(self, alice: Person) -> None:
        ready = await look(alice, await media.ready(alice, File(film(), "video/mp4", "video")))

        assert ("video/mp4", 320, 240) == (ready["content_type"], ready["width"], ready["height"])
        assert 0.9 < ready["duration_seconds"] < 1.3
        assert ready["thumbnail_url"]
        assert b"SecretTitle" not in (await media.get(ready["url"])).content

    async def test_a_sound(self, alice: Person) -> None:
        file = File(sound(codec="pcm_s16le", container="wav"), "audio/wav", "audio")

        ready = await look(alice, await media.ready(alice, file))

        assert 0.9 < ready["duration_seconds"] < 1.3
        assert ready["size"] < len(file.content)
        assert "width" not in ready
