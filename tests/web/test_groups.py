"""Three people and a group: made, written in, administered, left."""

from playwright.async_api import expect

from tests.web.conftest import Stage
from tests.web.tab import Tab


async def grouped(stage: Stage) -> tuple[Tab, Tab, Tab]:
    """Alice has made a group with Bob and Carol; all have it open."""
    alice, bob, carol = [await stage.person(name) for name in ("Alice", "Bob", "Carol")]
    await alice.button("New conversation").click()
    await alice.dialog.get_by_role("button", name="Group").click()
    await alice.dialog.get_by_label("Name of the group").fill("Picnic")
    for other in (bob, carol):
        await alice.dialog.get_by_label("Handle or name").fill(other.handle)
        await alice.dialog.get_by_role("button", name="Find").click()
        await expect(alice.dialog.get_by_role("button", name=f"Remove {other.name}")).to_be_visible()
    await alice.dialog.get_by_role("button", name="Create group").click()
    await expect(alice.heading("Picnic")).to_be_visible()
    for other in (bob, carol):
        await other.open("Picnic")
    return alice, bob, carol


async def change(tab: Tab, name: str, item: str) -> None:
    """An admin does something about a member."""
    await tab.dialog.get_by_role("button", name=f"Change {name}").click()
    await tab.page.get_by_role("menuitem", name=item).click()


class TestGroup:
    async def test_ticks_are_of_all(self, stage: Stage) -> None:
        alice, bob, carol = await grouped(stage)
        await carol.page.close()
        await alice.write("who brings salad?")
        await expect(bob.message("who brings salad?").get_by_text("Alice")).to_be_visible()
        await alice.choose("who brings salad?", "Message info")
        await expect(alice.dialog.get_by_role("listitem").filter(has_text="Bob").get_by_text("Read")).to_be_visible()
        await expect(alice.dialog.get_by_role("listitem").filter(has_text="Carol")).to_contain_text("Not delivered yet")
        await alice.page.keyboard.press("Escape")
        await expect(alice.tick("who brings salad?", "Sent")).to_be_visible()

    async def test_administered(self, stage: Stage) -> None:
        alice, bob, carol = await grouped(stage)
        await alice.page.get_by_title("About Picnic").click()
        await change(alice, "Bob", "Make admin")
        await expect(bob.page.get_by_text("Alice made you an admin")).to_be_visible()
        await alice.dialog.get_by_label("Name", exact=True).fill("Dinner")
        await alice.dialog.get_by_role("button", name="Save").click()
        await expect(carol.heading("Dinner")).to_be_visible()
        await alice.dialog.get_by_label("Who may write").select_option("admins")
        await expect(carol.page.get_by_text("Only admins write in this group.")).to_be_visible()
        await change(alice, "Carol", "Remove from the group")
        await expect(carol.page.get_by_text("You are no longer in this group.")).to_be_visible()
        await alice.dialog.get_by_role("button", name="Leave the group").click()
        await expect(bob.page.get_by_text("Alice left")).to_be_visible()
        await bob.write("alone")
        await expect(bob.tick("alone", "Sent")).to_be_visible()
