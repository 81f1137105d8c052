"""Without a line: what is written waits, outlives the page, and is sent once; what was missed comes."""

import re

from playwright.async_api import WebSocketRoute, expect

from tests.web.conftest import Stage
from tests.web.test_conversation import talking


class TestOffline:
    async def test_written_waits_through_a_reload_and_is_sent_once(self, stage: Stage) -> None:
        alice, bob = await talking(stage)
        await alice.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        alice.may_complain = True  # of the network
        await alice.page.context.set_offline(True)
        await expect(alice.page.get_by_role("alert")).to_contain_text("You are offline.")
        await alice.write("written offline")
        await expect(alice.tick("written offline", "Waiting to be sent")).to_be_visible()
        await bob.write("missed by Alice")

        await alice.page.reload()
        await alice.open("Bob")
        await expect(alice.message("hello")).to_be_visible()
        await expect(alice.tick("written offline", "Waiting to be sent")).to_be_visible()

        await alice.page.context.set_offline(False)
        await alice.is_read("written offline")
        await expect(alice.message("missed by Alice")).to_be_visible()
        await expect(bob.message("written offline")).to_have_count(1)
        await expect(alice.page.get_by_role("alert")).to_have_count(0)

    async def test_what_came_just_now_outlives_the_page(self, stage: Stage) -> None:
        """A write that waited for its answers died with the page, and the list was empty without a line."""
        alice, bob = await talking(stage)
        await alice.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        alice.may_complain = True  # of the network
        await bob.write("just now")
        await expect(alice.message("just now")).to_be_visible()
        await alice.page.context.set_offline(True)
        await alice.page.reload()
        await alice.open("Bob")
        await expect(alice.message("just now")).to_be_visible()

    async def test_changes_wait_too(self, stage: Stage) -> None:
        alice, bob = await talking(stage)
        alice.may_complain = True  # of the network
        await alice.page.context.set_offline(True)
        await alice.choose("hello", "👍", menu="React")
        await expect(alice.message("hello").get_by_role("button", name="👍 from You")).to_be_visible()
        await expect(bob.message("hello").get_by_role("button", name="👍")).to_have_count(0)
        await alice.page.context.set_offline(False)
        await expect(bob.message("hello").get_by_role("button", name="👍 from Alice")).to_be_visible()


class TestLostFrame:
    async def test_is_fetched(self, stage: Stage) -> None:
        bob = await stage.person("Bob")
        alice = await stage.tab()
        lost: list[str] = []

        def between(line: WebSocketRoute) -> None:
            server = line.connect_to_server()

            def pass_on(frame: str | bytes) -> None:
                if re.search('"lost on the way"', str(frame)) and not lost:
                    lost.append(str(frame))
                else:
                    line.send(frame)

            server.on_message(pass_on)

        await alice.page.route_web_socket(re.compile("/v1/socket"), between)
        await alice.page.reload()
        await alice.sign_up("Alice")
        await bob.open_new(alice)
        await bob.write("first")
        await alice.open("Bob")
        await expect(alice.message("first")).to_be_visible()
        for text in ("lost on the way", "after it"):
            await bob.write(text)
        await expect(alice.message("after it")).to_be_visible()
        await expect(alice.message("lost on the way")).to_be_visible()
        assert 1 == len(lost)


class TestServerGone:
    async def test_is_said_and_ends_by_itself(self, stage: Stage) -> None:
        lines: list[WebSocketRoute] = []
        alice = await stage.tab()
        await alice.page.route_web_socket(re.compile("/v1/socket"), lambda line: lines.append(connected(line)))
        await alice.page.reload()
        await alice.sign_up("Alice")
        bob = await stage.person("Bob")
        await bob.open_new(alice)
        await bob.write("before")
        await alice.open("Bob")
        alice.may_complain = True  # of the network
        await alice.page.route("**/v1/**", lambda route: route.abort())
        await lines[-1].close(code=1001, reason="going away")
        await expect(alice.page.get_by_role("alert")).to_contain_text("The server cannot be reached.")
        await alice.write("written meanwhile")
        await expect(alice.tick("written meanwhile", "Waiting to be sent")).to_be_visible()
        await alice.page.unroute("**/v1/**")
        await alice.button("Try now").click()
        await expect(bob.message("written meanwhile")).to_have_count(1)
        await expect(alice.page.get_by_role("alert")).to_have_count(0)


def connected(line: WebSocketRoute) -> WebSocketRoute:
    line.connect_to_server()
    return line
