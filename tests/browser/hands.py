"""What a hand does on the page, in the words of somebody who uses it."""

from playwright.async_api import Locator, Page, expect


async def follow(page: Page) -> None:
    """Follows from the account's page and waits for the chat."""
    await page.get_by_role("button", name="关注公众号").click()
    await expect(page.locator("#composer")).to_be_visible()


async def write(page: Page, text: str) -> None:
    """Types a text and sends it by Enter."""
    if not await page.locator("#write").is_visible():
        await page.get_by_role("button", name="切换到键盘").click()
    await page.locator("#write").fill(text)
    await page.locator("#write").press("Enter")


def said(page: Page, text: str, by: str = "account") -> Locator:
    """The bubble with a text."""
    return page.locator(f".line--{by} .bubble", has_text=text)


async def play(page: Page, nickname: str) -> None:
    """Plays another consumer."""
    await page.locator(".consumer", has_text=nickname).click()


async def more(page: Page, choice: str) -> None:
    """Opens the … menu and chooses."""
    await page.get_by_role("button", name="更多", exact=True).click()
    await page.get_by_role("button", name=choice).click()


async def deeds(page: Page, kind: str) -> list[dict[str, str]]:
    """The callbacks of a kind that went over the wire, oldest first, with their inner XML."""
    answer = await page.request.get("/play/wire")
    exchanges = (await answer.json())["exchanges"]
    return [
        {
            "title": each["title"],
            "url": each["url"],
            "inner": each["request"].get("decrypted", ""),
        }
        for each in exchanges
        if each["title"].startswith(f"{kind} →")
    ]
