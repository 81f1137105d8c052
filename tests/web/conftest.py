"""People before browsers: each has a browser context of their own, at the page that the system serves."""

from collections.abc import AsyncIterator, Generator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.e2e.people import People
from tests.web.tab import Tab

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
# As root there is no sandbox; nothing is asked of anybody but the page's own server.
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


def flags(url: str) -> list[str]:
    """A stack's offset may give it a port on which browsers suspect other services."""
    return [*_FLAGS, f"--explicitly-allowed-ports={urlsplit(url).port}"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One browser serves all tests here, and so does one event loop."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="package"), append=False)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser(api_url: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags(api_url))
        yield browser
        await browser.close()


class Stage:
    """Opens pages. At the end nothing may stand in their consoles that a test did not expect."""

    def __init__(self, browser: Browser, url: str, people: People) -> None:
        self.url = url
        self.people = people
        self._browser = browser
        self._tabs: list[Tab] = []
        self._contexts: list[BrowserContext] = []

    async def context(self, **options: object) -> BrowserContext:
        """Somebody's browser, new."""
        usual = {"viewport": {"width": 1200, "height": 800}, "locale": "en-GB", "timezone_id": "UTC"}
        context = await self._browser.new_context(**{**usual, **options})  # type: ignore[arg-type]  # by name
        self._contexts.append(context)
        return context

    async def tab(self, context: BrowserContext | None = None, **options: object) -> Tab:
        """A tab at the page's front."""
        page = await (context or await self.context(**options)).new_page()
        tab = Tab(page, self.url)
        self._tabs.append(tab)
        await page.goto(self.url)
        return tab

    async def person(self, name: str) -> Tab:
        """Somebody new, with an account of their own, signed in."""
        tab = await self.tab()
        await tab.sign_up(name)
        return tab

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()

    async def describe(self) -> None:
        """What everybody sees, for the report of a test that failed."""
        for tab in self._tabs:
            if not tab.page.is_closed():
                seen = await tab.page.locator("body").aria_snapshot()
                who = f"--- {tab.name or 'somebody'} at {tab.page.url}"
                print(who, seen, *tab.complaints, sep="\n")  # noqa: T201  pytest shows it with the failure

    def complaints(self) -> list[str]:
        return [complaint for tab in self._tabs for complaint in tab.complaints]


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest_asyncio.fixture(loop_scope="package")
async def stage(request: pytest.FixtureRequest, browser: Browser, api_url: str) -> AsyncIterator[Stage]:
    async with httpx.AsyncClient() as http:
        stage = Stage(browser, api_url, People(api_url, http))
        yield stage
        if request.node.stash.get(FAILED, False):
            await stage.describe()
        complaints = stage.complaints()
        await stage.close()
    assert [] == complaints
