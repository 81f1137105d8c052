"""Signing up, in and out; several accounts in one browser; a device that is elsewhere, or signed out."""

from playwright.async_api import expect

from tests.web.conftest import Stage

LATER_MS = 700  # what is kept a little later would be kept by then
KEPT = """async () => [
  Object.keys(localStorage).filter((key) => key !== 'backchannel.theme'),
  Object.keys(sessionStorage),
  (await indexedDB.databases()).map((one) => one.name),
]"""


class TestSigningIn:
    async def test_again_after_signing_out(self, stage: Stage) -> None:
        alice = await stage.person("Alice")
        await alice.page.get_by_title("Your profile and settings").click()
        await alice.dialog.get_by_role("button", name="Sign out").click()
        await alice.sign_in(alice.handle)
        await alice.is_in()

    async def test_nothing_stays_in_the_browser_after_signing_out(self, stage: Stage) -> None:
        alice = await stage.person("Alice")
        await alice.open_new(await stage.person("Bob"))
        await alice.page.get_by_title("Your profile and settings").click()
        await alice.dialog.get_by_role("button", name="Sign out").click()
        await expect(alice.button("Sign in")).to_be_visible()
        await alice.page.wait_for_timeout(LATER_MS)
        assert [[], [], []] == await alice.page.evaluate(KEPT)

    async def test_refused_with_a_wrong_password(self, stage: Stage) -> None:
        alice = await stage.person("Alice")
        other = await stage.tab()
        other.may_complain = True  # of the 401
        await other.sign_in(alice.handle, "not the password")
        await expect(other.page.get_by_role("alert")).to_have_text("Handle or password is wrong.")

    async def test_refused_where_the_handle_is_taken(self, stage: Stage) -> None:
        alice = await stage.person("Alice")
        other = await stage.tab()
        other.may_complain = True  # of the 409
        await other.button("Create an account").click()
        await other.page.get_by_label("Your name").fill("Another Alice")
        await other.page.get_by_label("Handle").fill(alice.handle)
        await other.page.get_by_label("Password").fill("a long password")
        await other.button("Create account").click()
        await expect(other.page.get_by_role("alert")).to_have_text("This handle is taken. Choose another one.")


class TestTabs:
    async def test_of_several_accounts_in_one_browser(self, stage: Stage) -> None:
        context = await stage.context()
        alice, bob = await stage.tab(context), await stage.tab(context)
        await alice.sign_up("Alice")
        await bob.page.reload()
        await expect(bob.button("Continue as Alice")).to_be_visible()
        await bob.sign_up("Bob")
        await alice.open_new(bob)
        await alice.write("from one tab to the other")
        await bob.open("Alice")
        await expect(bob.message("from one tab to the other")).to_be_visible()
        await alice.page.reload()
        await alice.open("Bob")
        await alice.is_read("from one tab to the other")

    async def test_of_the_same_device_take_over_from_each_other(self, stage: Stage) -> None:
        context = await stage.context()
        first, second = await stage.tab(context), await stage.tab(context)
        await first.sign_up("Alice")
        await second.page.reload()
        await second.button("Continue as Alice").click()
        await second.is_in()
        await expect(first.page.get_by_role("alert")).to_contain_text("open in another tab")
        await first.button("Use it here").click()
        await expect(second.page.get_by_role("alert")).to_contain_text("open in another tab")
        await expect(first.page.get_by_role("alert")).to_have_count(0)


class TestRevoked:
    async def test_says_so_and_signs_in_again(self, stage: Stage) -> None:
        alice, elsewhere = await stage.person("Alice"), await stage.tab()
        await elsewhere.sign_in(alice.handle)
        await elsewhere.is_in()
        await elsewhere.page.get_by_title("Your profile and settings").click()
        devices = elsewhere.dialog.get_by_role("listitem")
        await devices.get_by_role("button", name="Sign out").click()
        alice.may_complain = True  # of the 401
        await expect(alice.page.get_by_role("alert")).to_contain_text("This device was signed out.")
        await alice.page.get_by_role("alert").get_by_role("button", name="Sign in").click()
        await alice.sign_in(alice.handle)
        await alice.is_in()
