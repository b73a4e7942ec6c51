"""The language we write to her in."""

from msgspec import Struct

from loyalty import customers
from web.languages import Language
from web.session import Shopper


class ChosenLanguage(Struct, frozen=True, forbid_unknown_fields=True):
    """Chinese (zh) or English (en)."""

    language: Language


async def choose(shopper: Shopper, body: ChosenLanguage) -> ChosenLanguage:
    """Choose the language of what we write to me: chat answers, messages, and what I read.

    A request with an Accept-Language is answered in that one.
    """
    await customers.speak(shopper.customer_id, body.language)
    return body
