"""axe finds no fault that is serious, in light and dark, wide and narrow."""

from typing import Any

import pytest

from infra.local.bootstrap.node import CLIENTS
from tests.web.conftest import Stage
from tests.web.tab import Tab
from tests.web.test_conversation import talking

AXE = CLIENTS / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")


async def faults(tab: Tab) -> list[str]:
    """What axe finds that is serious, with the place."""
    if not await tab.page.evaluate("'axe' in window"):
        await tab.page.evaluate(AXE.read_text())  # as a debugger would: the page's own policy allows no script of ours
    found: dict[str, Any] = await tab.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{violation['id']}: {node['html']} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_serious_fault(stage: Stage, scheme: str) -> None:
    signing_in = await stage.tab(color_scheme=scheme, reduced_motion="reduce")
    assert [] == await faults(signing_in)
    alice, bob = await talking(stage)
    for tab in (alice, bob):
        # Without motion: what appears is judged as it will stand.
        await tab.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of two
    await bob.choose("hello", "Reply")
    await bob.write("an answer with https://example.org/ in it")
    await bob.choose("hello", "👍", menu="React")
    await alice.write("a second one")
    await alice.message("a second one").hover()
    assert [] == await faults(alice)
    await alice.page.get_by_title("About Bob").click()
    await alice.dialog.get_by_role("button", name="Block", exact=True).wait_for()
    assert [] == await faults(alice)
    await bob.page.get_by_title("Your profile and settings").click()
    await bob.dialog.get_by_text("This one").wait_for()
    assert [] == await faults(bob)
    await bob.page.keyboard.press("Escape")
    await bob.page.set_viewport_size({"width": 390, "height": 780})
    assert [] == await faults(bob)
    await bob.button("New conversation").or_(bob.button("Back to the list")).click()
    assert [] == await faults(bob)
