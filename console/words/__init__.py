"""What staff read: the words of the pages, of codes and of rules, each in Chinese and English."""

from console.words.audit import AUDIT
from console.words.boards import BOARDS
from console.words.calendar import CALENDAR
from console.words.challenges import CHALLENGES
from console.words.communities import COMMUNITIES
from console.words.conditions import CONDITIONS
from console.words.connections import CONNECTIONS
from console.words.contact_tags import CONTACT_TAGS
from console.words.contact_ways import CONTACT_WAYS
from console.words.coupons import COUPONS
from console.words.deeds import AUDIT_LOG
from console.words.events import EVENTS
from console.words.gifts import GIFTS
from console.words.ladders import LADDERS
from console.words.margins import MARGINS
from console.words.mass_sends import MASS_SENDS
from console.words.pages import PAGES
from console.words.privacy import PRIVACY
from console.words.products import PRODUCTS
from console.words.purchases import PURCHASES
from console.words.referrals import REFERRALS
from console.words.reviews import REVIEWS
from console.words.shipping import SHIPPING
from console.words.staff import STAFF
from console.words.states import STATES
from console.words.surveys import SURVEYS
from console.words.visits import LIVE_ROOMS, VISITS
from web.languages import Language

PARTS = (
    PAGES,
    STAFF,
    STATES,
    PRODUCTS,
    LADDERS,
    MARGINS,
    CHALLENGES,
    COUPONS,
    GIFTS,
    REFERRALS,
    BOARDS,
    REVIEWS,
    PRIVACY,
    SHIPPING,
    AUDIT,
    CONDITIONS,
    VISITS,
    LIVE_ROOMS,
    SURVEYS,
    EVENTS,
    MASS_SENDS,
    COMMUNITIES,
    CALENDAR,
    PURCHASES,
    AUDIT_LOG,
    CONNECTIONS,
    CONTACT_TAGS,
    CONTACT_WAYS,
)

WORDS: dict[Language, dict[str, str]] = {
    "zh": {name: zh for part in PARTS for name, (zh, _) in part.items()},
    "en": {name: en for part in PARTS for name, (_, en) in part.items()},
}
