"""Where a list of Shopify's goes on: by the cursor in the Link header, and nothing else of it."""

import re
from urllib.parse import parse_qs, urlsplit

from connectors.reading.calling import Answer

_NEXT = re.compile(r'<([^<>]{1,4000})>;\s*rel="?next"?')


def next_page(answer: Answer) -> str:
    """Return the cursor of the page behind, "" at the end."""
    told = next((one for name, one in answer.headers.items() if name.lower() == "link"), "")
    found = _NEXT.search(told)
    cursors = parse_qs(urlsplit(found[1]).query).get("page_info", []) if found else []
    return cursors[0] if cursors else ""
