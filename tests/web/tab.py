"""One tab, as a person uses it: by what stands on its buttons and fields."""

import re
from uuid import uuid4

from playwright.async_api import ConsoleMessage, Locator, Page, expect

PASSWORD = "correct horse battery"
FOLLOW_MS = 30_000  # a busy machine
expect.set_options(timeout=FOLLOW_MS)


class Tab:
    """A page at the web client. `complaints` are errors in its console."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.handle = ""
        self.name = ""
        self.complaints: list[str] = []
        self.may_complain = False
        page.set_default_timeout(FOLLOW_MS)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not self.may_complain:
            self.complaints.append(f"{message.text} {message.location}")

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name, exact=isinstance(name, str))

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    async def sign_up(self, name: str) -> None:
        """A new account, under a handle that nobody has."""
        self.name, self.handle = name, f"{name.split(maxsplit=1)[0].lower()}_{uuid4().hex[:10]}"
        await self.button("Create an account").click()
        await self.page.get_by_label("Your name").fill(name)
        await self.page.get_by_label("Handle").fill(self.handle)
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.button("Create account").click()
        await self.is_in()

    async def sign_in(self, handle: str, password: str = PASSWORD) -> None:
        await self.page.get_by_label("Handle").fill(handle)
        await self.page.get_by_label("Password").fill(password)
        await self.button("Sign in").click()

    async def is_in(self) -> None:
        """The list of conversations stands there, and the line is well."""
        await expect(self.page.get_by_role("navigation", name="Conversations")).to_be_visible()
        await expect(self.page.get_by_text("Loading…")).to_have_count(0)

    async def open_new(self, other: "Tab") -> None:
        """A conversation with somebody, found by handle."""
        await self.button("New conversation").click()
        await self.dialog.get_by_label("Handle or name").fill(other.handle)
        await self.dialog.get_by_role("button", name="Find").click()
        await expect(self.heading(other.name)).to_be_visible()

    async def open(self, title: str) -> None:
        """A conversation in the list."""
        await self.row(title).click()
        await expect(self.heading(title)).to_be_visible()

    def heading(self, title: str) -> Locator:
        return self.page.get_by_role("main").get_by_role("heading", name=title)

    def row(self, title: str) -> Locator:
        """A row of the list."""
        return self.page.get_by_role("list", name="Conversations").get_by_role("button").filter(has_text=title)

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message")

    async def write(self, text: str) -> None:
        """Sends a message."""
        await self.field.fill(text)
        await self.field.press("Enter")

    def message(self, text: str) -> Locator:
        """A message by what it says."""
        articles = self.page.get_by_role("list", name="Messages").get_by_role("article")
        said = self.page.locator(".text, .gone")  # and not what it answers
        return articles.filter(has=said.and_(self.page.get_by_text(text, exact=True)))

    def tick(self, text: str, name: str) -> Locator:
        return self.message(text).get_by_role("img", name=name)

    async def choose(self, text: str, item: str, menu: str = "More about this message") -> None:
        """Something that one may do with a message."""
        message = self.message(text)
        await message.hover()
        await message.get_by_role("button", name=menu).click()
        await self.page.get_by_role("menuitem", name=item, exact=True).click()

    async def is_read(self, text: str) -> None:
        await expect(self.tick(text, "Read")).to_be_visible()
