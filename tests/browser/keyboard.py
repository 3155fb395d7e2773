"""What a reader does who has no mouse: move with Tab, and press keys on what has the focus."""

from __future__ import annotations

from playwright.sync_api import Page

_MOST_STEPS = 400
_HERE = """(wanted) => {
  const here = document.activeElement;
  if (!here.matches(wanted)) return "";
  const { outlineStyle, boxShadow } = getComputedStyle(here);
  const { width, height, top, bottom } = here.getBoundingClientRect();
  if (outlineStyle === "none" && boxShadow === "none") return "without a focus that can be seen";
  const seen = width && height && bottom > 0 && top < innerHeight;
  return seen ? "there" : "out of sight";
}"""


def tab_to(page: Page, wanted: str, *, back: bool = False) -> None:
    """Press Tab until the focus is on what a CSS selector names.

    Args:
        page: where.
        wanted: the selector.
        back: with Shift, to what stands before.
    Raises:
        AssertionError: Tab does not lead there, or one cannot see that it does.
    """
    for _ in range(_MOST_STEPS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        found = page.evaluate(_HERE, wanted)
        if found:
            assert found == "there", f"{wanted} is {found}"
            return
    raise AssertionError(f"Tab does not lead to {wanted}")


def follow(page: Page, wanted: str, *, back: bool = False) -> None:
    """Go to a link or a button with Tab, press Enter, and wait for the page that it leads to."""
    tab_to(page, wanted, back=back)
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
