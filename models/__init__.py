"""The nouns: what a loyalty programme remembers, one file a noun, and the SQL that holds it.

Edges may read these models directly; only the verbs in ``loyalty`` write them.
"""

from models.connections import AccessToken, Connection
from models.customers import Customer, Identity, IdentityKind, Member
from models.deliveries import Delivery, DeliveryState
from models.imports import ImportedFile, ParkedRow
from models.inbox import EventState, InboundEvent
from models.points import Draw, Entry, EntryKind, Lot
from models.programme import RuleState, RuleVersion
from models.purchases import Purchase, PurchaseLine, PurchaseState, Shop, ShopKind
from models.schedule import JobRun, JobRunState
from models.sessions import ShopperSession

__all__ = [
    "AccessToken",
    "Connection",
    "Customer",
    "Delivery",
    "DeliveryState",
    "Draw",
    "Entry",
    "EntryKind",
    "EventState",
    "Identity",
    "IdentityKind",
    "ImportedFile",
    "InboundEvent",
    "JobRun",
    "JobRunState",
    "Lot",
    "Member",
    "ParkedRow",
    "Purchase",
    "PurchaseLine",
    "PurchaseState",
    "RuleState",
    "RuleVersion",
    "Shop",
    "ShopKind",
    "ShopperSession",
]
