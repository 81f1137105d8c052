"""A long conversation: only what is seen stands in the page, and the reader is not moved when older messages come."""

from playwright.async_api import expect

from infra.local.stack import Stack
from tests.e2e.people import PASSWORD
from tests.web.conftest import Stage
from tests.web.long import talk
from tests.web.tab import Tab

COUNT = 2_000
ROWS_MAX = 120
SCROLLER = "document.querySelector('.messages')"
SEEN_AT = """key => {
  const row = [...document.querySelectorAll('.messages .row')].find((row) => row.dataset.key === key);
  return row ? row.getBoundingClientRect().top : null;
}"""
FIRST_SEEN = f"""() => {{
  const seen = {SCROLLER}.getBoundingClientRect();
  const isSeen = ({{ top, bottom }}) => bottom > seen.top && top < seen.bottom;
  const rows = [...document.querySelectorAll('.messages .row')];
  const first = rows.find((row) => isSeen(row.getBoundingClientRect()) && row.querySelector('.message'));
  return first?.dataset.key;
}}"""


async def rows(tab: Tab) -> int:
    return await tab.page.locator(".messages .row").count()


async def place(tab: Tab, key: str) -> float:
    """Where a row stands, once nothing moves any more."""
    before, now = None, await tab.page.evaluate(SEEN_AT, key)
    while before is None or before != now:
        assert now is not None, f"{key} is not in the page"
        await tab.page.wait_for_timeout(100)
        before, now = now, await tab.page.evaluate(SEEN_AT, key)
    return float(now)


async def test_scrolled_to_its_beginning(stage: Stage, system: Stack) -> None:
    alice, bob = await stage.people.pair()
    await talk(system, (alice, bob), COUNT)
    tab = await stage.tab()
    await tab.sign_in(alice.handle, PASSWORD)
    await tab.open("Bob")
    await expect(tab.page.get_by_text(f"message {COUNT - 1}", exact=False).last).to_be_in_viewport()
    await tab.page.wait_for_function(f"() => {SCROLLER}.scrollTop > 2500")  # the first page of them is there
    await tab.page.evaluate(f"{SCROLLER}.scrollTop = 1300")  # not yet near the beginning
    key = await (await tab.page.wait_for_function(FIRST_SEEN)).json_value()  # once the page shows what is there
    before = await place(tab, key)
    moved = await tab.page.evaluate(f"{SCROLLER}.scrollTop") - 1100
    await tab.page.evaluate(f"{SCROLLER}.scrollTop = 1100")
    await tab.page.wait_for_function(f"() => {SCROLLER}.scrollTop > 2500")  # older messages stand above it
    assert abs(await place(tab, key) - before - moved) < 2
    first = tab.page.get_by_text("message 0", exact=True)
    while not await first.count():
        await tab.page.evaluate(f"{SCROLLER}.scrollTop = 0")
        await tab.page.wait_for_timeout(30)
        assert await rows(tab) < ROWS_MAX
    await expect(first).to_be_visible()
    await tab.button("To the newest message").click()
    newest = tab.page.get_by_role("list", name="Messages").get_by_text(f"message {COUNT - 1}")
    await expect(newest).to_be_in_viewport()
    assert await rows(tab) < ROWS_MAX
