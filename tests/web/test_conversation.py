"""Two people and one conversation: every tick, typing, presence, and all that one may do with a message."""

from playwright.async_api import expect

from tests.web.conftest import Stage
from tests.web.tab import Tab

MARKUP = '<img src=x onerror="document.title=1"><script>alert(1)</script>'


async def talking(stage: Stage) -> tuple[Tab, Tab]:
    """Alice has written to Bob, who has it open."""
    alice, bob = await stage.person("Alice"), await stage.person("Bob")
    await alice.open_new(bob)
    await alice.write("hello")
    await bob.open("Alice")
    await alice.is_read("hello")
    return alice, bob


class TestTicks:
    async def test_one_two_and_two_blue(self, stage: Stage) -> None:
        alice, bob = await stage.person("Alice"), await stage.person("Bob")
        await bob.page.close()
        await alice.open_new(bob)
        await alice.write("are you there?")
        await expect(alice.tick("are you there?", "Sent")).to_be_visible()
        back = await stage.tab()
        await back.sign_in(bob.handle)
        await expect(alice.tick("are you there?", "Delivered")).to_be_visible()
        await expect(back.row("Alice").get_by_role("img", name="1 unread")).to_be_visible()
        assert "(1) Backchannel" == await back.page.title()
        await back.open("Alice")
        await alice.is_read("are you there?")
        await expect(back.row("Alice").get_by_role("img", name="1 unread")).to_have_count(0)


class TestBeingThere:
    async def test_typing_and_presence(self, stage: Stage) -> None:
        alice, bob = await talking(stage)
        await expect(alice.page.get_by_role("main").get_by_text("online")).to_be_visible()
        await bob.field.press_sequentially("I am")
        await expect(alice.page.get_by_role("main").get_by_text("typing…")).to_be_visible()
        await expect(alice.row("Bob").get_by_text("typing…")).to_be_visible()
        await bob.page.close()
        await expect(alice.page.get_by_role("main").get_by_text("last seen today at")).to_be_visible()
        await expect(alice.page.get_by_text("typing…")).to_have_count(0)


class TestMessage:
    async def test_answered_edited_reacted_to_and_deleted(self, stage: Stage) -> None:
        alice, bob = await talking(stage)
        await bob.choose("hello", "Reply")
        await bob.write("hello yourself")
        await expect(alice.message("hello yourself").get_by_role("button", name="You hello")).to_be_visible()

        await alice.choose("hello", "Edit")
        await expect(alice.field).to_have_value("hello")
        await alice.write("hello, Bob")
        await expect(bob.message("hello, Bob").get_by_text("edited")).to_be_visible()

        await bob.choose("hello, Bob", "❤️", menu="React")
        await expect(alice.message("hello, Bob").get_by_role("button", name="❤️ from Bob")).to_be_visible()
        await bob.message("hello, Bob").get_by_role("button", name="❤️ from You").click()
        await expect(alice.message("hello, Bob").get_by_role("button", name="❤️")).to_have_count(0)

        await alice.choose("hello, Bob", "Message info")
        await expect(alice.dialog.get_by_text("Read")).to_be_visible()
        await alice.page.keyboard.press("Escape")

        await alice.choose("hello, Bob", "Delete for everyone")
        await expect(bob.message("This message was deleted")).to_be_visible()
        await expect(bob.message("hello yourself").get_by_text("Message deleted")).to_be_visible()

    async def test_its_menu_stays_open_when_another_comes(self, stage: Stage) -> None:
        alice, bob = await talking(stage)
        await alice.write("\n".join(["higher than the page"] * 40))
        await alice.write("read me")
        await alice.is_read("read me")
        await alice.message("read me").hover()
        await alice.message("read me").get_by_role("button", name="More about this message").click()
        await bob.write("an answer")
        await expect(alice.message("an answer")).to_be_in_viewport()
        await alice.page.get_by_role("menuitem", name="Edit", exact=True).click()
        await expect(alice.field).to_have_value("read me")

    async def test_markup_is_text(self, stage: Stage) -> None:
        alice = await stage.person(f"Alice {MARKUP}"[:90])
        bob = await stage.person("Bob")
        await alice.open_new(bob)
        await alice.write(MARKUP)
        await bob.row("Alice").click()
        await expect(bob.message(MARKUP)).to_be_visible()
        await expect(bob.page.get_by_role("main").get_by_role("heading", level=1)).to_have_text(alice.name)
        assert 0 == await bob.page.locator("main img[src=x]").count()

    async def test_too_long_is_said_before_it_is_sent(self, stage: Stage) -> None:
        alice, _ = await talking(stage)
        await alice.field.fill("x" * 10_000)
        await expect(alice.page.get_by_role("alert")).to_contain_text("at most 4,096 characters; this one has 10,000")
        await expect(alice.button("Send")).to_be_disabled()

    async def test_refused_says_why(self, stage: Stage) -> None:
        alice, bob = await talking(stage)
        await bob.page.get_by_title("About Alice").click()
        await bob.dialog.get_by_role("button", name="Block", exact=True).click()
        await expect(bob.dialog.get_by_role("button", name="Unblock")).to_be_visible()
        await alice.write("can you hear me?")
        refused = alice.page.get_by_role("article", name="You, not sent")
        await expect(refused.get_by_role("alert")).to_have_text("You cannot write to this person.")
        await bob.dialog.get_by_role("button", name="Unblock").click()
        await expect(bob.dialog.get_by_role("button", name="Block", exact=True)).to_be_visible()
        await refused.get_by_role("button", name="Try again").click()
        await expect(bob.message("can you hear me?")).to_be_visible()


class TestSearch:
    async def test_finds_what_is_here(self, stage: Stage) -> None:
        alice, bob = await talking(stage)
        for text in ("apples", "pears", "more apples"):
            await alice.write(text)
        await bob.button("Search in this conversation").click()
        await bob.page.get_by_role("searchbox", name="Search in this conversation").fill("APPLES")
        await expect(bob.page.get_by_text("1 of 2")).to_be_visible()
        await bob.button("Older").click()
        await expect(bob.page.get_by_text("2 of 2")).to_be_visible()


class TestKeyboard:
    async def test_alone_is_enough(self, stage: Stage) -> None:
        alice, bob = await talking(stage)
        await alice.write("by keys")
        await expect(bob.message("by keys")).to_be_visible()
        await bob.field.press("Shift+Tab")
        await bob.page.keyboard.press("Shift+Tab")
        await expect(bob.message("by keys")).to_be_focused()
        await bob.page.keyboard.press("ArrowUp")
        await expect(bob.message("hello")).to_be_focused()
        await bob.page.keyboard.press("Tab")
        await bob.page.keyboard.press("Enter")
        await bob.page.keyboard.press("ArrowRight")
        await bob.page.keyboard.press("Enter")
        await expect(alice.message("hello").get_by_role("button", name="❤️ from Bob")).to_be_visible()
