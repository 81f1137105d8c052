"""`python -m streams NAME…`: run the named agents in this process."""

import argparse
import logging
from collections.abc import Callable

from infra.telemetry import process
from streams.archive.agent import ArchiveAgent
from streams.conversation.agent import ConversationAgent
from streams.erasure.agent import ErasureAgent
from streams.fanout.agent import FanOutAgent
from streams.fanout.signals import SignalsAgent
from streams.media.agent import MediaAgent
from streams.media.views import MediaUses, MediaView
from streams.notification.agent import NotificationAgent
from streams.notification.sending.agent import SendingAgent
from streams.presence.agent import PresenceAgent
from streams.presence.last_seen import LastSeenAgent
from streams.projections import PROJECTORS
from streams.runtime.agents import Agent
from streams.runtime.process import run
from streams.runtime.settings import StreamSettings

QUIET = ("cassandra", "faust", "mode", "httpx")  # httpx says addresses, and Apple's have push tokens in them
AGENTS: dict[str, Callable[[StreamSettings], Agent]] = {
    "conversation": ConversationAgent,
    "fanout": FanOutAgent,
    "presence": PresenceAgent,
    "last-seen": LastSeenAgent,
    "signals": SignalsAgent,
    "media": MediaAgent,
    "media-view": MediaView,
    "media-uses": MediaUses,
    "archive": ArchiveAgent,
    "erasure": ErasureAgent,
    "notification": NotificationAgent,
    "push-fcm": lambda settings: SendingAgent(settings, "fcm"),
    "push-apns": lambda settings: SendingAgent(settings, "apns"),
}
def main() -> None:
    known = sorted(AGENTS.keys() | PROJECTORS.keys())
    parser = argparse.ArgumentParser(prog="python -m streams", description="Run agents in one process.")
    parser.add_argument("agents", nargs="+", choices=known, metavar="NAME", help=", ".join(known))
    names = parser.parse_args().agents
    settings = StreamSettings()
    process.begin(settings.instance or "-".join(names), dict.fromkeys(QUIET, logging.WARNING))
    agents = [AGENTS[name](settings) for name in names if name in AGENTS]
    run(agents, settings, [PROJECTORS[name] for name in names if name in PROJECTORS])


if __name__ == "__main__":
    main()
