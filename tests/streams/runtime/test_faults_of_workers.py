"""The loop under faults, on the real broker: whatever happens to workers, no record is missed.

A repeat is bounded: at most what was handled and not yet committed when its worker lost the partition.
"""

import signal

from confluent_kafka import Consumer, TopicPartition

from infra.local.faults import StackFault
from infra.local.stack import Stack
from infra.local.waiting import wait_until
from schemas.codec import decode_dead_letter
from schemas.dead_letters import DeadLetter
from streams.runtime.process import STOP_SECONDS
from streams.runtime.progress import STUCK_EXIT_CODE
from tests.streams.runtime.workers import PARTITIONS, Account, Group, Worker

WAIT_SECONDS = 30
RATE = 300
# Offsets are committed every 0.3 s; on a busy machine a commit takes some tenths more.
REPEATED_PER_KILL = 2 * RATE
ALL = set(range(PARTITIONS))
LONG_SESSION = {"BACKCHANNEL_SESSION_TIMEOUT_SECONDS": str(2 * WAIT_SECONDS)}


def wait_for_shares(group: Group, *workers: Worker) -> None:
    """Wait until each of these has partitions, together they have all, and what had piled up is done."""
    after = group.lines()

    def found() -> list[set[int]]:
        return [group.partitions_of(worker, after) for worker in workers]

    def shares() -> bool:
        return all(found()) and set().union(*found()) == ALL and group.lag() < RATE

    try:
        wait_until(shares, f"{len(workers)} workers to share the partitions", WAIT_SECONDS)
    except StackFault as fault:
        fault.add_note(f"handled {found()}; ends {group.ends()}, committed {group.committed()}")
        raise


class TestNewGroup:
    def test_begins_at_the_end_and_misses_nothing_from_then_on(self, group: Group) -> None:
        group.produce(100)
        first = group.start(begins_at_end="1")
        wait_until(lambda: group.committed() == group.ends(), "the end to be committed", WAIT_SECONDS)
        first.kill()
        group.produce(50)  # nobody is there
        group.start(begins_at_end="1")
        assert group.settle().missing == 100

    def test_of_a_view_begins_at_the_start(self, group: Group) -> None:
        group.produce(100)
        group.start()
        assert group.settle().missing == 0


class TestKilled:
    def test_in_mid_batch_nothing_is_missed(self, group: Group) -> None:
        with group.traffic(RATE):
            dying = group.start(BACKCHANNEL_FAULT="worker.written:kill:200")
            assert dying.end() == -signal.SIGKILL
            wait_for_shares(group, group.start())
        account = group.settle()
        assert account.missing == 0
        assert 0 < account.repeated <= REPEATED_PER_KILL

    def test_acknowledged_newest_first_nothing_is_missed(self, group: Group) -> None:
        group.produce(4_000, partition=0)
        dying = group.start(acks_newest_first="1", run_seconds="0.5")
        wait_until(lambda: group.has_gap() and group.committed()[0] > 0, "a gap after a commit", WAIT_SECONDS)
        dying.kill()
        group.start()
        assert group.settle().missing == 0

    def test_planted_commit_past_a_gap_is_found(self, group: Group) -> None:
        group.produce(4_000, partition=0)
        dying = group.start(acks_newest_first="1", run_seconds="0.5", planted="commit past a gap")
        wait_until(lambda: group.committed()[0] > group.lines(), "a commit past a gap", WAIT_SECONDS)
        dying.kill()
        group.start()
        assert group.settle().missing > 0


class TestPaused:
    def test_past_the_session_it_ends_itself(self, group: Group) -> None:
        with group.traffic(RATE):
            paused, heir = group.start(), group.start()
            wait_for_shares(group, paused, heir)
            paused.send(signal.SIGSTOP)
            wait_for_shares(group, heir)
            paused.send(signal.SIGCONT)
            assert paused.end() == 1
            wait_for_shares(group, heir)
        account = group.settle()
        assert account.missing == 0
        assert account.repeated <= REPEATED_PER_KILL


class TestRebalanced:
    def test_workers_added_and_removed(self, group: Group) -> None:
        with group.traffic(RATE):
            first = group.start()
            wait_for_shares(group, first)
            more = [group.start(), group.start()]
            wait_for_shares(group, first, *more)
            for worker in more:
                worker.send(signal.SIGTERM)
            assert [worker.end() for worker in more] == [0, 0]
            wait_for_shares(group, first)
        assert group.settle() == Account(missing=0, repeated=0, lag=0)

    def test_several_times_in_a_row(self, group: Group) -> None:
        with group.traffic(RATE):
            steady = group.start()
            wait_for_shares(group, steady)
            passing = [group.start() for _ in range(3)]
            for worker in passing:
                wait_until(lambda one=worker: one.said(": assigned ["), "a worker to join", WAIT_SECONDS)  # type: ignore[misc]
                worker.send(signal.SIGTERM)
            assert [worker.end() for worker in passing] == [0, 0, 0]
            wait_for_shares(group, steady)
        assert group.settle() == Account(missing=0, repeated=0, lag=0)


class TestTerminated:
    def test_nothing_is_repeated(self, group: Group) -> None:
        with group.traffic(RATE):
            for _ in range(2):
                worker = group.start()
                wait_for_shares(group, worker)
                worker.send(signal.SIGTERM)
                assert worker.end() == 0
            wait_for_shares(group, group.start())
        assert group.settle() == Account(missing=0, repeated=0, lag=0)

    def test_while_the_store_is_down(self, group: Group) -> None:
        """Before it ever joined: it waits for the store in `start`, and yet obeys."""
        group.store_is_down.touch()
        waiting = group.start()
        wait_until(lambda: waiting.said("the flag is up"), "a worker without a store", WAIT_SECONDS)
        waiting.send(signal.SIGTERM)
        assert waiting.end(STOP_SECONDS / 4) == 0


class TestPoisoned:
    def test_buried_and_passed_over(self, group: Group, bootstrap: str) -> None:
        group.produce(10, partition=1)
        group.produce(1, b"poison", partition=1)
        group.produce(10, partition=1)
        group.start()
        assert group.settle() == Account(missing=0, repeated=0, lag=0)
        letter = _letters(bootstrap, group.name)
        assert [(1, 10, b"poison", "ValueError: poison")] == letter


def _letters(bootstrap: str, agent: str) -> list[tuple[int, int, bytes | None, str]]:
    """What this agent buried."""
    kafka = Consumer({"bootstrap.servers": bootstrap, "group.id": "nobody", "enable.auto.commit": False})
    place = TopicPartition("dead.letters", 0, 0)
    _, end = kafka.get_watermark_offsets(place, timeout=10)
    kafka.assign([place])
    letters = [decode_dead_letter(message.value() or b"") for message in kafka.consume(end, 10)]
    kafka.close()
    mine = [one for one in letters if isinstance(one, DeadLetter) and one.agent == agent]
    return [(one.partition, one.offset, one.value, one.cause) for one in mine]


class TestStoreDown:
    def test_holds_up_neither_the_rebalance_nor_what_comes_after(self, group: Group) -> None:
        with group.traffic(RATE):
            first = group.start(BACKCHANNEL_STUCK_SECONDS="6")
            wait_for_shares(group, first)
            group.store_is_down.touch()
            newcomer = group.start(WORKER_STORE_IS_DOWN=str(group.hangs))
            wait_until(lambda: newcomer.said(": assigned ["), "the newcomer's share", 15)
            handled = group.lines()
            wait_until(lambda: group.lines() > handled + 6 * RATE, "twelve seconds of its half", WAIT_SECONDS)
            assert first.is_alive()
            group.store_is_down.unlink()
            wait_for_shares(group, first, newcomer)
        account = group.settle()
        assert account.missing == 0
        assert account.repeated <= REPEATED_PER_KILL

    def test_full_agent_pauses_and_goes_on(self, group: Group) -> None:
        group.produce(16_000, partition=0)
        worker = group.start(BACKCHANNEL_STUCK_SECONDS="300")
        wait_until(lambda: group.lines() > 0, "the first record", WAIT_SECONDS)
        group.store_is_down.touch()
        group.produce(30_000, partition=0)
        wait_until(lambda: worker.said("partition 0 is full"), "the pause", WAIT_SECONDS)
        group.produce(100, partition=1)
        group.store_is_down.unlink()
        assert group.settle() == Account(missing=0, repeated=0, lag=0)


class TestBrokerPaused:
    def test_longer_than_the_session_the_worker_joins_again(self, group: Group, stores: Stack) -> None:
        with group.traffic(RATE):
            worker = group.start()
            wait_for_shares(group, worker)
            stores.kill("kafka", signal.SIGSTOP)
            try:
                wait_until(lambda: worker.said("session timed out"), "the session to end", WAIT_SECONDS)
            finally:
                stores.kill("kafka", signal.SIGCONT)
            wait_until(lambda: worker.times_said(": assigned [") > 1, "the worker to join again", WAIT_SECONDS)
            wait_for_shares(group, worker)
        account = group.settle()
        assert account.missing == 0
        assert account.repeated <= REPEATED_PER_KILL


class TestStuck:
    def test_ended_by_the_watchdog(self, group: Group) -> None:
        with group.traffic(RATE):
            stuck = group.start(BACKCHANNEL_STUCK_SECONDS="3")
            wait_for_shares(group, stuck)
            group.hangs.touch()
            assert stuck.end() == STUCK_EXIT_CODE
            group.hangs.unlink()
            wait_for_shares(group, group.start())
        account = group.settle()
        assert account.missing == 0
        assert account.repeated <= REPEATED_PER_KILL


class TestStaticMember:
    def test_restarted_takes_over_at_once(self, group: Group) -> None:
        with group.traffic(RATE):
            steady = group.start("one", **LONG_SESSION)
            wait_for_shares(group, steady)
            killed = group.start("two", **LONG_SESSION)
            wait_for_shares(group, steady, killed)
            # By its last assignment: for a moment the first to join handles the records of all.
            share, rebalances = killed.assigned(), steady.times_said(": revoked [")
            killed.kill()
            back = group.start("two", **LONG_SESSION)
            wait_until(lambda: group.partitions_of(back) == share, "its own partitions", WAIT_SECONDS)
            assert steady.times_said(": revoked [") == rebalances
        account = group.settle()
        assert account.missing == 0
        assert account.repeated <= REPEATED_PER_KILL

    def test_ended_by_a_second_of_its_name(self, group: Group) -> None:
        with group.traffic(RATE):
            first = group.start("one")
            wait_for_shares(group, first)
            second = group.start("one")
            assert first.end() == 1
            wait_for_shares(group, second)
        account = group.settle()
        assert account.missing == 0
        assert account.repeated <= REPEATED_PER_KILL
