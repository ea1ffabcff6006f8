"""Going about a page with the Tab key, as somebody without a mouse does."""

from playwright.sync_api import Page

TABS_MAX = 150
FOCUS = """() => {
    const one = document.activeElement;
    if (!one || one === document.body || one === document.documentElement) return null;
    const looks = getComputedStyle(one), box = one.getBoundingClientRect();
    const label = (one.labels && one.labels[0] && one.labels[0].textContent) || one.getAttribute("aria-label");
    const seen = looks.outlineStyle !== "none" && parseFloat(looks.outlineWidth) > 0 || looks.boxShadow !== "none";
    return {
        name: (label || one.textContent || one.value || one.title || "").trim().replace(/\\s+/g, " "),
        tag: one.tagName.toLowerCase(),
        isSeen: seen && box.width > 0 && box.height > 0,
        isInView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""


def to(page: Page, name: str, tag: str = "") -> None:
    """Press Tab until something of this name has the focus; on the way everything can be seen."""
    for _ in range(TABS_MAX):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at is None:  # at the end of the page the focus goes to the browser itself
            continue
        assert (at["isSeen"], at["isInView"]) == (True, True), at
        if at["name"].startswith(name) and tag in ("", at["tag"]):
            return
    raise AssertionError(f"{name} was not reached")
