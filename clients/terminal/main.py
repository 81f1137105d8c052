"""Runs the terminal client once: sign in or up, chat, exit code."""

import asyncio
import getpass
import sys
from dataclasses import dataclass

from clients.python import Api, ApiError, BackchannelError, Client
from clients.terminal.chat import Chat
from clients.terminal.session_file import SessionFile
from clients.terminal.sign_in import GivenUp, Person, sign_in

DEFAULT_URL = "http://127.0.0.1:8080"


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says. `may_sign_up` None: a person is asked, a script may."""

    handle: str
    url: str = DEFAULT_URL
    password: str | None = None
    device_name: str = "terminal"
    may_sign_up: bool | None = None


def run(options: Options) -> int:
    """The exit code: 0, or 1 when something failed or was refused."""
    try:
        return asyncio.run(_chat(options))
    except GivenUp as error:
        _say(str(error))
    except ApiError as error:
        _say(f"{options.url}: {error}")
    except (BackchannelError, TimeoutError) as error:
        _say(f"{options.url}: no connection ({error or 'timeout'})")
    except KeyboardInterrupt:
        pass
    return 1


async def _chat(options: Options) -> int:
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    file = SessionFile(options.url, options.handle, options.device_name)
    async with Api(options.url, on_credentials=file.save) as api:
        print(await sign_in(api, file, _person(options)), flush=True)  # noqa: T201  the program's output
        client = Client(api)
        chat = Chat(api, client, is_terminal=is_terminal)
        try:
            await chat.run()
        finally:
            await client.close()
        return 1 if chat.has_failed else 0


def _person(options: Options) -> Person:
    is_asked = sys.stdin.isatty()

    def ask_password(question: str) -> str:
        if not is_asked:
            raise GivenUp("a password is needed: --password or BACKCHANNEL_PASSWORD")
        return getpass.getpass(f"{question}: ")

    def may_sign_up() -> bool:
        if options.may_sign_up is not None or not is_asked:
            return options.may_sign_up is not False
        answer = input(f"No such handle and password. Sign up as {options.handle}? [y/N] ")
        return answer.strip().lower() in ("y", "yes")

    return Person(options.handle, options.device_name, options.password, ask_password, may_sign_up)


def _say(text: str) -> None:
    print(f"backchannel: {text}", file=sys.stderr)  # noqa: T201  the program's output
