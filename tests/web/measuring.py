"""How fast the page is, on a stack that runs: `python -m tests.web.measuring [messages of the long conversation]`.

First paint: from the start of navigation until the first conversation of a seeded inbox stands in the page. A message:
from its frame until the next picture of the screen that has it. Scrolling: the time between two pictures.
"""

import asyncio
import statistics
import sys
from itertools import count

import httpx
from playwright.async_api import async_playwright

from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from tests.e2e.people import PASSWORD, People, Person
from tests.web.conftest import CHROMIUM, flags
from tests.web.long import talk
from tests.web.tab import Tab

INBOX, MESSAGES, RELOADS = 50, 60, 9
PAUSE_SECONDS = 0.15  # between messages that are read as they come
OBSERVER = """
(() => {
  const times = (window.times = { rows: 0, frames: {}, shown: {} });
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', (event) => {
        const found = /measured \\d+/.exec(event.data);
        if (found && event.data.includes('MessageSent')) times.frames[found[0]] ??= performance.now();
      });
    }
  };
  const look = () => {
    if (!times.rows && document.querySelector('.conversation')) requestAnimationFrame(() => {
      times.rows ||= performance.now();
    });
    for (const text of document.querySelectorAll('.messages .text')) {
      const name = text.textContent;
      if (name in times.frames && !(name in times.shown)) {
        times.shown[name] = null;
        requestAnimationFrame(() => (times.shown[name] = performance.now()));
      }
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
})();
"""
SCROLL = """async () => {
  const scroller = document.querySelector('.messages');
  const gaps = [];
  let last = performance.now();
  for (let step = 0; step < 240; step += 1) {
    scroller.scrollTop -= 180;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }
  return gaps;
}"""
LOAD_ALL = """async () => {
  const scroller = document.querySelector('.messages');
  const began = performance.now();
  const isFirstHere = () => [...document.querySelectorAll('.text')].some((one) => one.textContent === 'message 0');
  while (!isFirstHere()) {
    scroller.scrollTop = 0;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  scroller.scrollTop = scroller.scrollHeight / 2;
  return performance.now() - began;
}"""


NUMBERS = count(0, MESSAGES)
FORGET = "indexedDB.databases().then((all) => all.map((one) => indexedDB.deleteDatabase(one.name)))"


def told(name: str, values: list[float]) -> None:
    ordered = sorted(values)
    most = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    sys.stdout.write(f"{name}: p50 {statistics.median(ordered):.1f} ms, p99 {most:.1f} ms ({len(ordered)} times)\n")


async def first_paint(tab: Tab, *, is_kept: bool) -> list[float]:
    times = []
    for _ in range(RELOADS):
        if not is_kept:
            await tab.page.evaluate(FORGET)
        await tab.page.reload()
        await tab.page.wait_for_function("() => window.times.rows > 0")
        times.append(await tab.page.evaluate("window.times.rows"))
    return times


async def received(tab: Tab, sender: Person, receiver: Person, pause_seconds: float) -> list[float]:
    await tab.page.evaluate("times.frames = {}, times.shown = {}")
    first = next(NUMBERS)
    for number in range(first, first + MESSAGES):
        await sender.send(receiver, f"measured {number}")
        await asyncio.sleep(pause_seconds)
    await tab.page.wait_for_function(f"() => Object.values(times.shown).filter(Boolean).length >= {MESSAGES}")
    times: dict[str, dict[str, float]] = await tab.page.evaluate("window.times")
    return [times["shown"][name] - at for name, at in times["frames"].items()]


async def measure(stack: Stack, length: int) -> None:
    url = stack.settings.address
    async with httpx.AsyncClient() as http, async_playwright() as playwright:
        people = People(url, http)
        alice = await people.person("alice")
        others = [await people.person(f"other_{number}") for number in range(INBOX)]
        for other in others:
            await other.send(alice, "hello")
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags(url))
        page = await browser.new_page(viewport={"width": 1200, "height": 800})
        await page.add_init_script(OBSERVER)
        tab = Tab(page, url)
        await page.goto(url)
        await tab.sign_in(alice.handle, PASSWORD)
        await tab.is_in()
        told("first paint, from a Snapshot", await first_paint(tab, is_kept=False))
        told("first paint, from what was kept", await first_paint(tab, is_kept=True))
        bob = await people.person("bob")
        await bob.send(alice, "hello")
        await tab.open("Bob")
        told("frame to screen", await received(tab, bob, alice, PAUSE_SECONDS))
        told("the same, one after another without a pause", await received(tab, bob, alice, 0))
        carol = await people.person("carol")
        await talk(stack, (alice, carol), length)
        await tab.open("Carol")
        told("scrolling, the newest", await page.evaluate(SCROLL))
        sys.stdout.write(f"all {length} loaded after {await page.evaluate(LOAD_ALL) / 1000:.1f} s\n")
        told(f"scrolling, in the middle of {length}", await page.evaluate(SCROLL))
        await browser.close()


if __name__ == "__main__":
    asyncio.run(measure(Stack(LocalSettings()), int(sys.argv[1]) if len(sys.argv) > 1 else 50_000))
