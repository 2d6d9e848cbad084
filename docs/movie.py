"""Makes the README's moving picture, docs/_static/page.webp, from the real page in a real browser.

Needs Chromium and the extra ``test``, and Pillow, which joins the frames into one animated picture.
"""

import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

PICTURE = Path(__file__).parent / "_static" / "page.webp"
SCREEN = {"width": 1366, "height": 768}
SHOWN = (911, 512)  # pixels of a frame
LARGEST = 2_000_000  # bytes


def frames(page: Page) -> Iterator[tuple[bytes, int]]:
    """Yield pictures of the page, each with how many milliseconds it is shown."""

    def shot(milliseconds: int) -> tuple[bytes, int]:
        page.wait_for_timeout(250)
        return page.screenshot(), milliseconds

    yield shot(1200)
    for _ in range(11):
        page.keyboard.press("Shift+ArrowRight")
        yield shot(450)
    page.keyboard.press("End")
    page.locator("#picture [data-place='W.1.0.0'][role='button']").dispatch_event("click")
    yield shot(2600)
    page.locator("#picture [data-place='W.2.0.0'][role='button']").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("0.45")
    yield shot(900)
    page.keyboard.press("Enter")
    yield shot(2600)
    page.select_option("#what", "two-moons")
    page.wait_for_timeout(700)
    page.keyboard.press("End")
    page.click("#tab-boundary")
    yield shot(900)
    for _ in range(16):
        page.click("#epoch")
        yield shot(220)
    yield shot(2200)


def joined(pictures: list[tuple[bytes, int]]) -> bytes:
    """Return frames as one animated picture."""
    small = [Image.open(io.BytesIO(data)).convert("RGB").resize(SHOWN) for data, _ in pictures]
    out = io.BytesIO()
    times = [milliseconds for _, milliseconds in pictures]
    small[0].save(
        out, "WEBP", save_all=True, append_images=small[1:], duration=times, loop=0, quality=70, method=4
    )
    return out.getvalue()


def address_of(program: "subprocess.Popen[str]") -> str:
    """Return the address that the page prints when it answers."""
    assert program.stdout is not None
    return program.stdout.readline().rpartition(" ")[2].strip()


def main() -> None:
    """Serve the page, take its pictures, and write them."""
    command = [sys.executable, "-m", "chainrule", "page", "jain", "--no-browser"]
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(viewport=SCREEN).new_page()
        page.goto(address_of(program))
        page.wait_for_selector("#picture svg")
        data = joined(list(frames(page)))
        browser.close()
        program.terminate()
    if len(data) > LARGEST:
        raise SystemExit(f"the moving picture has {len(data):,} bytes; it may have {LARGEST:,}")
    PICTURE.write_bytes(data)


if __name__ == "__main__":
    main()
