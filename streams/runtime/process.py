"""A process of agents: several Faust apps in one event loop. SIGTERM ends it in order, any fault with code 1."""

import asyncio
import gc
import logging
import os
import signal
from collections.abc import Sequence

import uvloop

from infra.telemetry import metrics, tracing
from streams.runtime import health, last_words
from streams.runtime.agents import Agent, Running, faust_app
from streams.runtime.followers import Followers
from streams.runtime.settings import StreamSettings
from streams.runtime.views import Projector

log = logging.getLogger(__name__)

STOP_SECONDS = 20.0


def run(agents: Sequence[Agent], settings: StreamSettings, projectors: Sequence[Projector] = ()) -> None:
    """Run agents, and those of projections, until SIGTERM or SIGINT. Ends the process with code 1 on a fault, without
    waiting for anything: what was not acknowledged comes again."""
    uvloop.run(_run(agents, settings, projectors))


async def _run(agents: Sequence[Agent], settings: StreamSettings, projectors: Sequence[Projector]) -> None:
    if cause := last_words.keep_at(settings.last_words):
        log.warning("the process before this one ended by %s", cause)
        metrics.PREVIOUS_END.labels(cause).set(1)
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    running = [faust_app(agent, settings, _die) for agent in agents]
    tasks: set[asyncio.Task[None]] = set()

    def live(one: Running) -> Running:
        tasks.add(asyncio.create_task(_or_die(_live(one, stopping))))
        return one

    def begin(agent: Agent) -> Running:
        running.append(one := faust_app(agent, settings, _die))
        return live(one)

    async def end(one: Running) -> None:
        log.info("%s is not followed any more", one.agent.group)
        running.remove(one)
        await _stop(one)

    followers = Followers(settings, projectors, begin, end)
    if settings.health_port:
        await health.serve(running, settings.health_host, settings.health_port, opening=followers.opening)
    for one in tuple(running):
        live(one)
    tasks.add(asyncio.create_task(_or_die(followers.work())))
    await stopping.wait()
    log.info("stopping %d agents", len(running))
    loop.call_later(STOP_SECONDS, os._exit, 1)
    await asyncio.gather(*(_or_die(_stop(one)) for one in tuple(running)))
    tracing.end_tracing()
    os._exit(0)  # librdkafka's threads need not be waited for: all was confirmed


async def _live(one: Running, stopping: asyncio.Event) -> None:
    """An agent's whole life, with an account of its own of its progress."""
    one.progress.enter()
    await one.agent.start()  # waits for the stores; a SIGTERM meanwhile finds nothing to finish
    one.is_started = True
    gc.collect()
    gc.freeze()  # what is there now stays: full collections then look at what came later only
    gc.set_threshold(50_000, 50, 1_000)  # states are trees of frozen values: collecting them cost 6 % of the agent
    await asyncio.gather(_or_die(one.agent.work()), _serve(one, stopping))


async def _serve(one: Running, stopping: asyncio.Event) -> None:
    await one.app.start()
    await one.app.wait_until_stopped()
    if one.app.crashed or not (stopping.is_set() or one.is_stopping):
        raise one.app.crash_reason or RuntimeError(f"{one.agent.group}: the app stopped by itself")


async def _stop(one: Running) -> None:
    """Finish what is in flight, so that its offsets are in the last commit, and nothing is appended afterwards."""
    one.is_stopping = True
    if not one.is_started:
        return
    if one.is_ready:
        one.app.consumer.stop_flow()
        one.app.flow_control.suspend()
        one.app.flow_control.clear()
        await one.revoked()
    await one.app.stop()


async def _or_die(work: object) -> None:
    try:
        await work  # type: ignore[misc]  # a coroutine
    except asyncio.CancelledError:
        raise
    except BaseException as fault:  # noqa: BLE001 — whatever is unexpected ends the process
        _die(fault)


def _die(fault: BaseException) -> None:
    last_words.say(type(fault).__name__)
    log.critical("ending the process: %s", fault, exc_info=fault)
    os._exit(1)
