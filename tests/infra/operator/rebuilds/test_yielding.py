"""What a process that gives way is to the kernel: looked at from inside, in one that was spawned."""

import multiprocessing
import os
import pickle
from multiprocessing.connection import Connection

import pytest

from infra.operator.rebuilds import yielding

ANSWER_SECONDS = 60.0


def tell(to: Connection) -> None:
    autogroup = yielding.AUTOGROUP.read_text() if yielding.AUTOGROUP.exists() else None
    to.send((os.getsid(0), os.sched_getscheduler(0), autogroup))


@pytest.fixture
def told() -> tuple[int, int, str | None]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=yielding.run, args=(pickle.dumps(tell), theirs))
    process.start()
    assert ours.poll(ANSWER_SECONDS)
    session, policy, autogroup = ours.recv()
    process.join()
    return session, policy, autogroup


def test_last_of_its_session_and_its_session_the_last(told: tuple[int, int, str | None]) -> None:
    session, policy, autogroup = told
    assert session != os.getsid(0)
    assert os.SCHED_IDLE == policy
    if autogroup is None:
        pytest.skip("this kernel shares the processors by priority alone")
    assert autogroup.endswith(f"nice {yielding.LAST}\n")
