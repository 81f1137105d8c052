"""Files: dropped, sent with progress, shown, saved; and those that are refused."""

import io

from PIL import Image, ImageDraw, ImageOps
from playwright.async_api import expect

from tests.web.conftest import Stage
from tests.web.tab import Tab
from tests.web.test_conversation import talking

WIDTH = "image => image.decode().then(() => image.naturalWidth)"
DROP = """([name, type, bytes]) => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const target = document.querySelector('.conversation-view');
  for (const kind of ['dragenter', 'dragover', 'drop'])
    target.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: files }));
}"""


def photo() -> bytes:
    """A lake before mountains, drawn."""
    image = Image.linear_gradient("L").resize((800, 600))
    image = ImageOps.colorize(image, "#3f6fb5", "#f6c9a0", mid="#b9cbe6")
    draw = ImageDraw.Draw(image)
    draw.ellipse((560, 130, 640, 210), fill="#fff3cf")
    far, near = (330, 210, 300, 180, 320, 250, 340), (380, 300, 390, 290, 370, 330, 400)
    for colour, heights in (("#7d8fb0", far), ("#4d6087", near)):
        ridge = [(index * 800 / (len(heights) - 1), height) for index, height in enumerate(heights)]
        draw.polygon([(0, 430), *ridge, (800, 430)], fill=colour)
    draw.rectangle((0, 420, 800, 600), fill="#5f86a8")
    for top in range(432, 600, 14):
        draw.line((560 - (top - 420), top, 640 + (top - 420), top), fill="#e8d3b4", width=2)
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=90)
    return kept.getvalue()


async def drop(tab: Tab, name: str, kind: str, content: bytes) -> None:
    await tab.page.evaluate(DROP, [name, kind, list(content)])


class TestMedia:
    async def test_photo_is_dropped_and_seen(self, stage: Stage) -> None:
        alice, bob = await talking(stage)
        await drop(alice, "a <b>photo</b>.jpg", "image/jpeg", photo())
        await alice.write("look")
        await expect(alice.page.get_by_role("progressbar")).to_be_visible()
        picture = bob.message("look").get_by_role("img", name="Photo")
        await expect(picture).to_be_visible()
        assert await picture.evaluate(WIDTH) > 0
        await bob.message("look").get_by_role("button", name="Open Photo").click()
        await expect(bob.dialog.get_by_role("link", name="Open the original")).to_be_visible()
        assert 800 == await bob.dialog.get_by_role("img").evaluate(WIDTH)
        await alice.is_read("look")

    async def test_document_is_chosen_and_saved(self, stage: Stage) -> None:
        alice, bob = await talking(stage)
        chosen = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"milk and honey\n"}
        await alice.page.locator("input[type=file]").set_input_files(chosen)  # type: ignore[arg-type]  # one payload
        await alice.button("Send").click()
        link = bob.page.get_by_role("link", name="notes.txt")
        async with bob.page.expect_download() as downloading:
            await link.click()
        download = await downloading.value
        assert "notes.txt" == download.suggested_filename
        assert b"milk and honey\n" == (await download.path()).read_bytes()

    async def test_refused_says_why(self, stage: Stage) -> None:
        alice, _ = await talking(stage)
        alice.may_complain = True  # of the 422
        await drop(alice, "broken.jpg", "image/jpeg", b"\xff\xd8\xff\xe0 this is no picture")
        await alice.button("Send").click()
        row = alice.page.get_by_role("article", name="You, file broken.jpg")
        await expect(row.get_by_role("alert")).to_contain_text("damaged")
        await row.get_by_role("button", name="Discard").click()
        await drop(alice, "program.exe", "application/x-msdownload", b"MZ")
        await alice.button("Send").click()
        row = alice.page.get_by_role("article", name="You, file program.exe")
        await expect(row.get_by_role("alert")).to_contain_text("Files of this kind cannot be sent.")
