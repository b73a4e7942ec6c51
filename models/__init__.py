"""The nouns: what a loyalty programme remembers, one file a noun, and the SQL that holds it.

Edges may read these models directly; only the verbs in ``loyalty`` write them.
"""

from models.boards import (
    BoardDeed,
    BoardDeedKind,
    BoardExclusion,
    BoardFinal,
    BoardPlace,
    BoardPrize,
    RankBefore,
)
from models.boosts import Boost
from models.brand import Brand
from models.campaigns import Acceptance, Snapshot, SnapshotMember, Subscription
from models.challenges import ChallengeClaim, CheckIn, Score
from models.communities import (
    Acquaintance,
    Community,
    CommunityMember,
    CommunityTask,
    CommunityTaskKind,
    CommunityTaskState,
    EndedBy,
    Invitation,
    InvitationState,
    WelcomeMessage,
    WelcomeState,
)
from models.connections import AccessToken, Connection, ShopSweep
from models.consents import Consent, Purpose
from models.contact_tags import ContactTag, Tagging, TaggingBudget
from models.contact_ways import ContactWay
from models.coupon_codes import (
    CouponCode,
    CouponCodeRun,
    CouponCodeSheet,
    CouponCodeTries,
    CouponWordClaim,
)
from models.customers import Customer, Identity, IdentityKind, Likeness, Member, Merge, Profile
from models.deletions import Deletion, DeletionWay
from models.deliveries import Delivery, DeliveryState
from models.events import EventSignup, EventWay
from models.gifts import Gift, GiftKind, GiftState
from models.help_desks import DeskSession, DeskState, HelpDesk
from models.imports import ImportedFile, ParkedRow
from models.inbox import EventState, InboundEvent
from models.mass_sends import (
    MassSend,
    MassSendKind,
    MassSendPart,
    MassSendPartState,
    MassSendState,
    MassSendTarget,
    MassSendTargetState,
)
from models.member_codes import MemberCodeUse
from models.member_pass import MixedPhone, PassBinding, PassLeaving
from models.milestones import MilestoneReached
from models.points import Draw, Entry, EntryKind, Lot
from models.product_reviews import ProductReview, ProductReviewDeed, ProductReviewDeedKind
from models.programme import RuleEnd, RuleVersion
from models.purchases import (
    AttributionKind,
    Purchase,
    PurchaseLine,
    PurchaseState,
    Shop,
    ShopKind,
)
from models.referrals import (
    Referral,
    ReferralCode,
    ReferralDeed,
    ReferralDeedKind,
    ReferralState,
    ReferralWay,
)
from models.rewards import (
    Coupon,
    CouponDeed,
    CouponDeedKind,
    CouponState,
    CouponStock,
    PayCoupon,
    PayCouponState,
    Redemption,
    RedemptionPayment,
    RedemptionPaymentState,
    RedemptionState,
    RedemptionUse,
    RewardStock,
    Shipment,
)
from models.schedule import JobRun, JobRunState
from models.sessions import ShopperSession
from models.shop_coupons import (
    ShopCoupon,
    ShopCouponBatch,
    ShopCouponBatchState,
    ShopCouponState,
)
from models.staff import Role, StaffDeed, StaffMember, StaffSession
from models.standing import BoughtDay, BoughtGoods, ChangedMember, HeldTier, Standing
from models.store import (
    BudgetTaken,
    Cart,
    DiscountUse,
    DiscountUseState,
    PriceAudit,
    Product,
    ProductReading,
    ShopProduct,
    StoreOrder,
    StoreOrderState,
    StoreRefund,
    StoreRefundState,
)
from models.surveys import SurveyAnswer
from models.touchpoints import LiveRoom, LiveVisit, ShopPoster, ShopVisit, VisitWay

__all__ = [
    "Acceptance",
    "AccessToken",
    "Acquaintance",
    "AttributionKind",
    "BoardDeed",
    "BoardDeedKind",
    "BoardExclusion",
    "BoardFinal",
    "BoardPlace",
    "BoardPrize",
    "Boost",
    "BoughtDay",
    "BoughtGoods",
    "Brand",
    "BudgetTaken",
    "Cart",
    "ChallengeClaim",
    "ChangedMember",
    "CheckIn",
    "Community",
    "CommunityMember",
    "CommunityTask",
    "CommunityTaskKind",
    "CommunityTaskState",
    "Connection",
    "Consent",
    "ContactTag",
    "ContactWay",
    "Coupon",
    "CouponCode",
    "CouponCodeRun",
    "CouponCodeSheet",
    "CouponCodeTries",
    "CouponDeed",
    "CouponDeedKind",
    "CouponState",
    "CouponStock",
    "CouponWordClaim",
    "Customer",
    "Deletion",
    "DeletionWay",
    "Delivery",
    "DeliveryState",
    "DeskSession",
    "DeskState",
    "DiscountUse",
    "DiscountUseState",
    "Draw",
    "EndedBy",
    "Entry",
    "EntryKind",
    "EventSignup",
    "EventState",
    "EventWay",
    "Gift",
    "GiftKind",
    "GiftState",
    "HeldTier",
    "HelpDesk",
    "Identity",
    "IdentityKind",
    "ImportedFile",
    "InboundEvent",
    "Invitation",
    "InvitationState",
    "JobRun",
    "JobRunState",
    "Likeness",
    "LiveRoom",
    "LiveVisit",
    "Lot",
    "MassSend",
    "MassSendKind",
    "MassSendPart",
    "MassSendPartState",
    "MassSendState",
    "MassSendTarget",
    "MassSendTargetState",
    "Member",
    "MemberCodeUse",
    "Merge",
    "MilestoneReached",
    "MixedPhone",
    "ParkedRow",
    "PassBinding",
    "PassLeaving",
    "PayCoupon",
    "PayCouponState",
    "PriceAudit",
    "Product",
    "ProductReading",
    "ProductReview",
    "ProductReviewDeed",
    "ProductReviewDeedKind",
    "Profile",
    "Purchase",
    "PurchaseLine",
    "PurchaseState",
    "Purpose",
    "RankBefore",
    "Redemption",
    "RedemptionPayment",
    "RedemptionPaymentState",
    "RedemptionState",
    "RedemptionUse",
    "Referral",
    "ReferralCode",
    "ReferralDeed",
    "ReferralDeedKind",
    "ReferralState",
    "ReferralWay",
    "RewardStock",
    "Role",
    "RuleEnd",
    "RuleVersion",
    "Score",
    "Shipment",
    "Shop",
    "ShopCoupon",
    "ShopCouponBatch",
    "ShopCouponBatchState",
    "ShopCouponState",
    "ShopKind",
    "ShopPoster",
    "ShopProduct",
    "ShopSweep",
    "ShopVisit",
    "ShopperSession",
    "Snapshot",
    "SnapshotMember",
    "StaffDeed",
    "StaffMember",
    "StaffSession",
    "Standing",
    "StoreOrder",
    "StoreOrderState",
    "StoreRefund",
    "StoreRefundState",
    "Subscription",
    "SurveyAnswer",
    "Tagging",
    "TaggingBudget",
    "VisitWay",
    "WelcomeMessage",
    "WelcomeState",
]
