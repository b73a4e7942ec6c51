"""The demo's brand: a coffee house."""

import base64

from models import Brand

NAME_ZH = "积分演示店"
NAME_EN = "Jifen Demo Store"
COLOUR = "#1d6b4f"
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
    f'<rect width="48" height="48" rx="24" fill="{COLOUR}"/>'
    '<path d="M14 19h17v8.5a8.5 8.5 0 0 1-17 0zM31 21h2a4 4 0 0 1 0 8h-2'
    'M19.5 11c-1.2 1.8 1.2 3.2 0 5M26 11c-1.2 1.8 1.2 3.2 0 5" fill="none" stroke="#fff" '
    'stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)


async def lay() -> None:
    """Lay the brand where there is none."""
    logo = f"data:image/svg+xml;base64,{base64.b64encode(LOGO.encode()).decode()}"
    look = {"name_zh": NAME_ZH, "name_en": NAME_EN, "logo": logo, "colour": COLOUR}
    await Brand.get_or_create(id=1, defaults={**look, "offset_seconds": 0})
