"""Who waits for what, and what makes it needless: read, delivered, left, blocked, deleted."""

import pytest

from schemas.events import AnyEvent, MessageSent
from streams.notification.waiting import Wait, Waiting
from tests.builders import ALICE, BOB, CAROL, LAPTOP, PHONE, blocked, deleted, delivered, read, removed, sent

DUE_MS = 5_000.0


class House:
    def __init__(self) -> None:
        self.waiting = Waiting()
        self.done: list[str] = []

    def add(
        self,
        message: MessageSent,
        *,
        user_id: str = BOB,
        device_id: str = PHONE,
        due_ms: float = DUE_MS,
        is_connected: bool = True,
    ) -> Wait:
        wait = Wait(message, user_id, device_id, "fcm", due_ms, is_connected, lambda: self.done.append(device_id))
        self.waiting.add(wait)
        return wait

    def due(self) -> list[Wait]:
        return self.waiting.take_due(DUE_MS)


class TestDue:
    def test_in_the_order_of_time_and_each_once(self) -> None:
        house = House()
        later = house.add(sent(1), due_ms=2)
        sooner = house.add(sent(2), due_ms=1)
        house.add(sent(3), due_ms=DUE_MS + 1)
        assert 1 == house.waiting.next_due_ms()
        assert [sooner, later] == house.due()
        assert ([], DUE_MS + 1) == (house.due(), house.waiting.next_due_ms())
        assert [] == house.done  # whoever took them says so

    def test_nothing_waits(self) -> None:
        assert House().waiting.next_due_ms() is None

    def test_cleared(self) -> None:
        house = House()
        house.add(sent(1))
        house.waiting.clear()
        assert ([], []) == (house.due(), house.done)


class TestNeedless:
    @pytest.mark.parametrize(
        "event",
        [
            delivered(2),
            read(2),
            sent(3, actor_id=BOB),
            removed(3, user_id=BOB),
            blocked(BOB),
            blocked(ALICE, actor_id=BOB),
            deleted(3, sent(2)),
        ],
        ids=lambda event: type(event).__name__,
    )
    def test_for_bob(self, event: AnyEvent) -> None:
        house = House()
        house.add(sent(2))
        house.waiting.fold(event)
        assert ([], [PHONE]) == (house.due(), house.done)
        assert house.waiting.next_due_ms() is None

    @pytest.mark.parametrize(
        "event",
        [
            delivered(1),
            read(1),
            delivered(2, actor_id=CAROL),
            read(2, actor_id=CAROL),
            sent(2, actor_id=BOB),
            removed(3, user_id=CAROL),
            blocked(BOB, is_blocked=False),
            deleted(3, sent(1)),
        ],
        ids=lambda event: type(event).__name__,
    )
    def test_not_by_what_others_do_or_what_comes_before(self, event: AnyEvent) -> None:
        house = House()
        wait = house.add(sent(2))
        house.waiting.fold(event)
        assert ([wait], []) == (house.due(), house.done)

    def test_delivery_to_one_device_says_nothing_of_one_without_a_socket(self) -> None:
        house = House()
        phone = house.add(sent(2), is_connected=False)
        house.add(sent(2), device_id=LAPTOP)
        house.waiting.fold(delivered(2))
        assert ([phone], [LAPTOP]) == (house.due(), house.done)

    def test_deleted_for_all_who_wait(self) -> None:
        house = House()
        house.add(sent(2))
        house.add(sent(2), user_id=CAROL, device_id=LAPTOP)
        house.waiting.fold(deleted(3, sent(2)))
        assert ([], {PHONE, LAPTOP}) == (house.due(), set(house.done))

    def test_of_another_conversation_stays(self) -> None:
        house = House()
        wait = house.add(sent(2))
        house.waiting.fold(read(9, conversation_id=ALICE))
        assert [wait] == house.due()
