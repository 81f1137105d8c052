"""Whatever happens in whatever order: what is in memory is the fold of the log, and every command counts once."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from schemas.commands import SendMessage
from schemas.events import CommandRefused, CommandRepeated, MessageSent
from streams.conversation.partition import SecondWriter
from streams.conversation.state import Conversation
from tests.builders import CONVERSATION, OTHER_CONVERSATION
from tests.strategies import clocks, sent_commands
from tests.streams.conversation.partition_model import Owner, World

commands = sent_commands(client_id_count=8, conversation_ids=(CONVERSATION, OTHER_CONVERSATION))


class PartitionMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.owner = Owner(self.world)
        self.asleep: list[Owner] = []

    @rule(command=commands, at_ms=clocks)
    def a_command_comes(self, command: SendMessage, at_ms: int) -> None:
        self.world.commands.append((command, at_ms))
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

    def every_command_counts_once(self) -> None:
        answered = {event.command_offset for event in self.world.log}
        assert set(range(len(self.world.commands))) == answered
        applied = self._applied()
        assert len(applied) == len({event.command_offset for event in applied})
        keys = [(event.conversation_id, event.actor_id, event.client_id) for event in applied]
        assert len(keys) == len(set(keys))

    def every_answer_says_what_is_in_the_log(self) -> None:
        places = {(event.conversation_id, event.seq): event.message_id for event in self._applied()}
        for event in self.world.log:
            match event:
                case CommandRepeated():
                    assert places[event.conversation_id, event.first.seq] == event.first.message_id
                case MessageSent():
                    assert places[event.conversation_id, event.seq] == event.message_id
                case CommandRefused():
                    assert event.reason in ("not-a-member", "conflict")

    def _applied(self) -> list[MessageSent]:
        """The messages that count: the first record of each seq."""
        first: dict[tuple[str, int], MessageSent] = {}
        for event in self.world.log:
            if isinstance(event, MessageSent):
                first.setdefault((event.conversation_id, event.seq), event)
        return list(first.values())


PartitionMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestPartition = PartitionMachine.TestCase
