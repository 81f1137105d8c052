"""The pictures of the README and the documents. With BACKCHANNEL_PICTURES set they are taken anew: docs/pictures."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.e2e.people import PASSWORD, People, Person
from tests.web.conftest import Stage
from tests.web.tab import Tab
from tests.web.test_media import drop, photo

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WIDE, NARROW = {"width": 1180, "height": 760}, {"width": 390, "height": 760}
pytestmark = pytest.mark.skipif(not os.environ.get("BACKCHANNEL_PICTURES"), reason="BACKCHANNEL_PICTURES is not set")


async def someone(people: People, name: str) -> Person:
    """Somebody with a whole name."""
    person = await people.person(name.split(maxsplit=1)[0].lower())
    await person.api.change_me(display_name=name)
    return person


async def keep(tab: Tab, name: str) -> None:
    await tab.page.mouse.move(0, 0)
    image = Image.open(io.BytesIO(await tab.page.screenshot(animations="disabled")))
    PICTURES.mkdir(parents=True, exist_ok=True)
    image.convert("RGB").save(PICTURES / f"{name}.png", optimize=True)


async def signed_in(stage: Stage, person: Person) -> Tab:
    tab = await stage.tab(viewport=WIDE)
    await tab.sign_in(person.handle, PASSWORD)
    await tab.is_in()
    return tab


async def test_taken(stage: Stage) -> None:
    names = ("Alice Moreau", "Bob Tanaka", "Carol Okafor", "Dmitri Petrov", "Esra Demir", "Farid Haddad")
    alice, bob, carol, dmitri, esra, farid = [await someone(stage.people, name) for name in names]
    await dmitri.send(alice, "The tickets are booked, 9:40 from platform 3")
    await farid.send(alice, "Happy birthday! 🎂")
    await esra.send(alice, "Did you see the new rehearsal plan?")
    await esra.send(alice, "We start half an hour earlier on Thursday")
    tab, his, hers = [await signed_in(stage, person) for person in (alice, bob, carol)]
    await group(tab, (bob, carol), "Lake weekend")
    for other in (his, hers):
        await other.open("Lake weekend")
    await tab.write("Who is bringing the boat?")
    await expect(his.message("Who is bringing the boat?")).to_be_visible()
    await his.choose("Who is bringing the boat?", "Reply")
    await his.write("I am! It seats five, and the dog")
    await hers.write("Then I bring lunch. Anything nobody eats?")
    await drop(his, "lake.jpg", "image/jpeg", photo())
    await his.write("This is where we meet, at ten")
    await expect(hers.message("This is where we meet, at ten").get_by_role("img", name="Photo")).to_be_visible()
    await hers.choose("This is where we meet, at ten", "❤️", menu="React")
    await tab.choose("This is where we meet, at ten", "👍", menu="React")
    forecast = "Perfect. I have checked the forecast: sunny until Sunday https://example.org/forecast"
    await tab.write(forecast)
    await tab.is_read(forecast)
    await hers.field.press_sequentially("See you th")
    await expect(tab.page.get_by_role("main").get_by_text("Carol Okafor typing…")).to_be_visible()
    await keep(tab, "light")
    await tab.page.emulate_media(color_scheme="dark")
    await hers.field.press_sequentially("ere")
    await keep(tab, "dark")
    await tab.page.get_by_title("About Lake weekend").click()
    await keep(tab, "group")
    await tab.page.keyboard.press("Escape")
    await tab.page.emulate_media(color_scheme="light")
    await tab.page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a size
    await keep(tab, "narrow")
    await tab.button("Back to the list").click()
    await keep(tab, "narrow_list")


async def group(tab: Tab, members: tuple[Person, ...], name: str) -> None:
    await tab.button("New conversation").click()
    await tab.dialog.get_by_role("button", name="Group").click()
    await tab.dialog.get_by_label("Name of the group").fill(name)
    for member in members:
        await tab.dialog.get_by_label("Handle or name").fill(member.handle)
        await tab.dialog.get_by_role("button", name="Find").click()
        await expect(tab.dialog.get_by_label("Handle or name")).to_have_value("")
    await tab.dialog.get_by_role("button", name="Create group").click()
    await expect(tab.heading(name)).to_be_visible()
