"""Media in PostgreSQL: what became of them, who already has which bytes, and to whom they were sent."""

import asyncio
import time
from dataclasses import replace

import pytest
import pytest_asyncio

from infra.stores.accounts import Accounts
from infra.stores.cassandra import Cassandra
from infra.stores.contents import THUMBNAIL_TYPE, Derived, Source
from infra.stores.media import ReadyContent
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from schemas.media import MediaFile
from tests.builders import added, media_ready, media_refused, removed, settings_changed
from tests.infra.stores.connecting import new_id
from tests.infra.stores.gallery import LIFE_SECONDS, Gallery, new_sha256
from tests.infra.stores.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def gallery(postgres: Postgres, cassandra: Cassandra, settings: StoreSettings) -> Gallery:
    return Gallery(await House.build(postgres, cassandra, settings))


class TestOpen:
    async def test_pending_as_declared(self, gallery: Gallery) -> None:
        new = await gallery.open(gallery.house.alice)

        row = await gallery.media.one(new.media_id)

        assert row is not None
        assert (new, "pending", None, None) == (row.declared, row.status, row.reason, row.content)
        assert 0 < row.expires_at.timestamp() - time.time() <= LIFE_SECONDS + 1

    async def test_none_beyond_what_may_wait(self, gallery: Gallery) -> None:
        first = await gallery.open(gallery.house.alice)
        second = gallery.declared(gallery.house.alice)
        assert await gallery.media.open(second, life_seconds=LIFE_SECONDS, waiting_max=1) is None

        await gallery.decide_ready(first)

        assert await gallery.media.open(second, life_seconds=LIFE_SECONDS, waiting_max=1)

    async def test_who_never_came_back_waits_for_nothing(self, gallery: Gallery) -> None:
        await gallery.open(gallery.house.alice, life_seconds=-1)
        new = gallery.declared(gallery.house.alice)

        assert await gallery.media.open(new, life_seconds=LIFE_SECONDS, waiting_max=1)

    async def test_unknown(self, gallery: Gallery) -> None:
        assert await gallery.media.one(new_id()) is None


class TestDecided:
    async def test_ready_with_all_that_was_made(self, gallery: Gallery) -> None:
        new = await gallery.open(gallery.house.alice)
        await gallery.media.mark_processing(new.media_id)
        event = media_ready(new.media_id)

        await gallery.writer.decide([event])

        row = await gallery.media.one(new.media_id)
        assert row is not None
        assert event.thumbnail is not None
        expected = ReadyContent(
            event.content.sha256, 400_000, "image/jpeg", event.thumbnail.sha256, event.preview, 2048, 1536, None
        )
        assert ("ready", expected) == (row.status, row.content)

    async def test_refused_with_its_reason(self, gallery: Gallery) -> None:
        new = await gallery.open(gallery.house.alice)

        await gallery.refuse(new)

        row = await gallery.media.one(new.media_id)
        assert row is not None
        assert ("refused", "type-mismatch", None) == (row.status, row.reason, row.content)

    async def test_the_first_event_counts(self, gallery: Gallery) -> None:
        new = await gallery.open(gallery.house.alice)

        await gallery.writer.decide([media_refused(new.media_id), media_ready(new.media_id)])
        await gallery.media.mark_processing(new.media_id)

        row = await gallery.media.one(new.media_id)
        assert row is not None
        assert "refused" == row.status


class TestHasAlready:
    async def test_what_one_has_uploaded(self, gallery: Gallery) -> None:
        alice = gallery.house.alice
        new = await gallery.open(alice)
        assert await gallery.media.has_already(alice.user_id, "image", new.sha256) is None

        content_sha256 = await gallery.decide_ready(new)

        assert new.media_id == await gallery.media.has_already(alice.user_id, "image", new.sha256)
        assert new.media_id == await gallery.media.has_already(alice.user_id, "image", content_sha256)
        assert await gallery.media.has_already(alice.user_id, "document", new.sha256) is None

    async def test_nothing_by_knowing_a_hash(self, gallery: Gallery) -> None:
        new = await gallery.ready(gallery.house.alice)

        assert await gallery.media.has_already(gallery.house.bob.user_id, "image", new.sha256) is None

    async def test_what_one_was_sent(self, gallery: Gallery) -> None:
        house = gallery.house
        new = await gallery.ready(house.alice)
        await gallery.happens(house.created())
        await gallery.sent(2, new)

        assert new.media_id == await gallery.media.has_already(house.bob.user_id, "image", new.sha256)


class TestMaySee:
    async def test_nobody_while_it_was_not_sent(self, gallery: Gallery) -> None:
        new = await gallery.ready(gallery.house.alice)
        await gallery.happens(gallery.house.created())

        assert not await gallery.seen_by(new)

    async def test_all_who_were_members_when_it_was_sent(self, gallery: Gallery) -> None:
        house = gallery.house
        new = await gallery.ready(house.alice)
        await gallery.happens(house.created())
        await gallery.sent(2, new)
        await gallery.happens(removed(3, user_id=house.carol.user_id, **house.here))

        assert "abc" == await gallery.seen_by(new)
        assert not await gallery.media.may_see(new_id(), new.media_id)

    async def test_not_who_had_left_before(self, gallery: Gallery) -> None:
        house = gallery.house
        new = await gallery.ready(house.alice)
        await gallery.happens(house.created(), removed(2, user_id=house.carol.user_id, **house.here))
        await gallery.sent(3, new)

        assert "ab" == await gallery.seen_by(new)

    async def test_not_who_joined_later_nor_was_away_between(self, gallery: Gallery) -> None:
        house = gallery.house
        before, between, after = [await gallery.ready(house.alice) for _ in range(3)]
        carol = house.carol.user_id
        await gallery.happens(house.created())
        await gallery.sent(2, before)
        await gallery.happens(removed(3, user_id=carol, **house.here))
        await gallery.sent(4, between)
        await gallery.happens(added(5, member_ids=(carol,), **house.here))
        await gallery.sent(6, after)

        assert ["abc", "ab", "abc"] == [await gallery.seen_by(one) for one in (before, between, after)]

    async def test_nobody_beyond_the_head_that_the_inbox_knows(self, gallery: Gallery) -> None:
        house = gallery.house
        new = await gallery.ready(house.alice)
        await gallery.happens(house.created())
        await gallery.stands(3, new)  # somebody may be removed at 2: the inbox does not know yet
        assert not await gallery.seen_by(new)

        await gallery.happens(removed(2, user_id=house.carol.user_id, **house.here), gallery.shows(3, new))

        assert "ab" == await gallery.seen_by(new)

    async def test_nobody_when_the_message_was_deleted(self, gallery: Gallery) -> None:
        house = gallery.house
        new = await gallery.ready(house.alice)
        await gallery.happens(house.created())
        await gallery.sent(2, new)
        await gallery.stands(3, new, message_seq=2)  # an edit of it

        await gallery.is_unused(2)
        await gallery.stands(2, new)  # as after a rebalance

        assert not await gallery.seen_by(new)

    async def test_where_it_was_sent_once_more(self, gallery: Gallery) -> None:
        house = gallery.house
        new = await gallery.ready(house.alice)
        await gallery.happens(house.created())
        for seq in (2, 3):
            await gallery.sent(seq, new)

        await gallery.is_unused(2)

        assert "abc" == await gallery.seen_by(new)

    async def test_waits_a_moment_for_the_view(self, gallery: Gallery) -> None:
        house = gallery.house
        new = await gallery.ready(house.alice)
        await gallery.happens(house.created(), gallery.shows(2, new))
        looking = asyncio.create_task(gallery.media.may_see(house.bob.user_id, new.media_id, wait_seconds=30))
        await asyncio.sleep(0.1)
        assert not looking.done()

        await gallery.stands(2, new)

        assert await looking

    async def test_does_not_wait_for_what_is_not_ready(self, gallery: Gallery) -> None:
        new = await gallery.open(gallery.house.alice)
        for id_ in (new.media_id, new_id()):
            assert not await gallery.media.may_see(gallery.house.bob.user_id, id_, wait_seconds=1e9)


class TestAvatars:
    async def test_a_persons_is_for_everybody_while_it_is_theirs(self, gallery: Gallery) -> None:
        house = gallery.house
        new = await gallery.ready(house.alice)
        accounts = Accounts(gallery.postgres)

        await accounts.set_avatar(house.alice.user_id, new.media_id)

        profile = await accounts.profile(house.alice.user_id)
        assert profile is not None
        assert (new.media_id, "abc") == (profile.avatar_media_id, await gallery.seen_by(new))
        await accounts.set_avatar(house.alice.user_id, None)
        assert not await gallery.seen_by(new)

    async def test_a_groups_is_for_who_is_there(self, gallery: Gallery) -> None:
        house = gallery.house
        new = await gallery.ready(house.alice)
        await gallery.happens(house.created())

        await gallery.happens(settings_changed(2, avatar_media_id=new.media_id, **house.here))
        await gallery.happens(removed(3, user_id=house.carol.user_id, **house.here))

        assert "ab" == await gallery.seen_by(new)
        assert not await gallery.media.may_send(house.bob.user_id, new.media_id)

    async def test_only_images_of_ones_own_that_are_ready(self, gallery: Gallery) -> None:
        alice, bob = gallery.house.alice, gallery.house.bob
        picture, film = await gallery.ready(alice), await gallery.ready(alice, kind="video")
        waiting = await gallery.open(alice)

        may = gallery.media.may_be_avatar
        assert await may(alice.user_id, picture.media_id)
        for user_id, media in ((bob.user_id, picture), (alice.user_id, film), (alice.user_id, waiting)):
            assert not await may(user_id, media.media_id)


class TestMaySend:
    async def test_ones_own_once_it_is_ready(self, gallery: Gallery) -> None:
        alice = gallery.house.alice.user_id
        new = await gallery.open(gallery.house.alice)
        assert not await gallery.media.may_send(alice, new.media_id)
        await gallery.media.mark_processing(new.media_id)
        assert not await gallery.media.may_send(alice, new.media_id)

        await gallery.decide_ready(new)

        assert await gallery.media.may_send(alice, new.media_id)

    async def test_never_what_was_refused(self, gallery: Gallery) -> None:
        new = await gallery.open(gallery.house.alice)
        await gallery.refuse(new)
        assert not await gallery.media.may_send(gallery.house.alice.user_id, new.media_id)

    async def test_anothers_only_if_it_was_sent_to_one(self, gallery: Gallery) -> None:
        house = gallery.house
        new = await gallery.ready(house.alice)
        await gallery.happens(house.created())
        assert not await gallery.media.may_send(house.bob.user_id, new.media_id)

        await gallery.sent(2, new)

        assert await gallery.media.may_send(house.bob.user_id, new.media_id)


class TestContents:
    async def test_found_once_it_is_stored(self, gallery: Gallery) -> None:
        source = Source(new_sha256(), "image", "image/jpeg")
        made = derived()

        await gallery.contents.plan(source, made)
        assert await gallery.contents.find(source) is None
        await gallery.contents.stored(source, made)

        assert made == await gallery.contents.find(source)

    async def test_not_found_under_another_declaration(self, gallery: Gallery) -> None:
        source = Source(new_sha256(), "image", "image/jpeg")
        await gallery.contents.plan(source, derived())
        await gallery.contents.stored(source, derived())

        assert await gallery.contents.find(replace(source, content_type="image/png")) is None

    async def test_made_anew_it_must_be_stored_anew(self, gallery: Gallery) -> None:
        source = Source(new_sha256(), "image", "image/jpeg")
        first, second = derived(), replace(derived(), content=MediaFile(new_sha256(), 5, "image/jpeg"), thumbnail=None)
        for one in (first, second):
            await gallery.contents.plan(source, one)

        await gallery.contents.stored(source, first)
        assert await gallery.contents.find(source) is None
        await gallery.contents.stored(source, second)

        assert second == await gallery.contents.find(source)


def derived() -> Derived:
    return Derived(
        MediaFile(new_sha256(), 400, "image/jpeg"),
        MediaFile(new_sha256(), 40, THUMBNAIL_TYPE),
        b"preview",
        width=20,
        height=10,
        duration_seconds=1.5,
    )
