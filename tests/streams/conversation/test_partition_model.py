"""Whatever happens in whatever order: what is in memory is the fold of the log, and every command counts once."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from schemas import rendering
from schemas.commands import AcknowledgeDelivery, AcknowledgeRead, AnyCommand
from schemas.events import (
    AnyTimelineEvent,
    CommandRefused,
    CommandRepeated,
    MessageEdited,
    MessageSent,
    TimelineEvent,
)
from streams.conversation.partition import SecondWriter
from streams.conversation.state import Conversation
from tests.builders import CONVERSATION, OTHER_CONVERSATION
from tests.strategies import births, clocks, direct_commands, group_commands
from tests.streams.conversation.history import through_the_door
from tests.streams.conversation.partition_model import Owner, World

GROUP = OTHER_CONVERSATION
commands = direct_commands() | group_commands(conversation_id=GROUP)


class PartitionMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.owner = Owner(self.world)
        self.asleep: list[Owner] = []

    @initialize(first=births(is_group=False), other=births(is_group=True, conversation_id=GROUP), at_ms=clocks)
    def both_conversations_begin(self, first: AnyCommand, other: AnyCommand, at_ms: int) -> None:
        for command in (first, other):
            self.a_command_comes(command, at_ms)

    @rule(command=commands, at_ms=clocks)
    def a_command_comes(self, command: AnyCommand, at_ms: int) -> None:
        if let_in := through_the_door(command, self._applied()):
            self.world.commands.append((let_in, at_ms))
            self.owner.decide_next()

    @rule(back=st.integers(1, 12), at_ms=clocks)
    def a_command_comes_again(self, back: int, at_ms: int) -> None:
        if back <= len(self.world.commands):
            self.world.commands.append((self.world.commands[-back][0], at_ms))
            self.owner.decide_next()

    @rule()
    def the_next_is_decided(self) -> None:
        self.owner.decide_next()

    @rule()
    def the_log_confirms(self) -> None:
        try:
            self.owner.confirm_next()
        except SecondWriter:
            assert self.asleep  # nobody else could have written
            self.owner = Owner(self.world)

    @rule()
    def saving_begins(self) -> None:
        self.owner.begin_saving()

    @rule(times=st.integers(1, 3))
    def saving_goes_on(self, times: int) -> None:
        for _ in range(times):
            self.owner.save_one()

    @rule(kept=st.integers(0, 1))
    def idle_ones_are_evicted(self, kept: int) -> None:
        self.owner.partition.evict(kept)

    @rule(arrived=st.integers(0, 3))
    def crashes(self, arrived: int) -> None:
        """Some of what was on its way still arrives; nobody hears of it."""
        self.world.log += self.owner.pending[:arrived]
        self.owner = Owner(self.world)

    @rule()
    @precondition(lambda self: len(self.asleep) < 2)
    def falls_asleep(self) -> None:
        """The process stops, with events on their way; another takes over."""
        self.asleep.append(self.owner)
        self.owner = Owner(self.world)

    @rule()
    @precondition(lambda self: any(one.pending for one in self.asleep))
    def one_wakes_up_and_writes(self) -> None:
        sleeper = next(one for one in self.asleep if one.pending)
        self.world.log.append(sleeper.pending.pop(0))

    @rule()
    @precondition(lambda self: self.asleep)
    def one_wakes_up_and_saves(self) -> None:
        self.asleep[0].begin_saving()
        self.asleep[0].save_one()

    @invariant()
    def confirmed_states_are_the_fold_of_the_log(self) -> None:
        partition = self.owner.partition
        if partition.next_offset != len(self.world.log):
            return  # somebody else wrote: it will be noticed with the next confirmation
        folded = self.world.states()
        for id_ in (CONVERSATION, OTHER_CONVERSATION):
            if not partition.unknown([id_]):
                assert folded.get(id_, Conversation(id_)) == partition._confirmed[id_].state

    def teardown(self) -> None:
        """In the end, one more owner does what is left; then every command has its answer."""
        self.owner = Owner(self.world)
        while self.owner.next_command < len(self.world.commands):
            self.owner.decide_next()
        while self.owner.pending:
            self.owner.confirm_next()
        self.confirmed_states_are_the_fold_of_the_log()
        self.every_command_counts_once()
        self.every_answer_says_what_is_in_the_log()
        self.what_was_refused_was_not_done()

    def every_command_counts_once(self) -> None:
        answered = {event.command_offset for event in self.world.log}
        silent = {offset for offset in range(len(self.world.commands)) if offset not in answered}
        assert all(isinstance(self.world.commands[n][0], AcknowledgeDelivery | AcknowledgeRead) for n in silent)
        applied = self._applied()
        assert len(applied) == len({event.command_offset for event in applied})
        keys = [(event.conversation_id, event.actor_id, event.client_id) for event in applied]
        assert len(keys) == len(set(keys))

    def every_answer_says_what_is_in_the_log(self) -> None:
        frames = {(event.conversation_id, event.seq): shown(event) for event in self._applied()}
        for event in self.world.log:
            if isinstance(event, CommandRepeated):
                assert frames[event.conversation_id, event.first.seq] == shown(event.first)

    def what_was_refused_was_not_done(self) -> None:
        refused = {event.command_offset for event in self.world.log if isinstance(event, CommandRefused)}
        assert refused.isdisjoint(event.command_offset for event in self._applied())

    def _applied(self) -> list[AnyTimelineEvent]:
        """The events that count: the first record of each seq."""
        first: dict[tuple[str, int], AnyTimelineEvent] = {}
        for event in self.world.log:
            if isinstance(event, TimelineEvent):
                first.setdefault((event.conversation_id, event.seq), event)
        return list(first.values())


def shown(event: AnyTimelineEvent) -> bytes:
    """The frame that its author gets."""
    body = b'"%s"' % event.body.sealed.hex().encode() if isinstance(event, MessageSent | MessageEdited) else None
    return rendering.live(event, body, lambda text: text.sealed.decode(), to_author=True)


PartitionMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestPartition = PartitionMachine.TestCase
