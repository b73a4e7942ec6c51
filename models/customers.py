"""Who buys and talks: customers, the identities they are known by, and those who joined."""

from enum import StrEnum

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class IdentityKind(StrEnum):
    """What sort of name a platform or file knows a customer by; unique within its scope."""

    UNIONID = "unionid"  # scope: "" (one Open Platform subject a deployment)
    OPENID = "openid"  # scope: the app id that gave it
    WECOM_CONTACT = "wecom_contact"  # scope: the corp id; the external user id
    BUYER_NAME = "buyer_name"  # scope: the shop kind; Taobao and Tmall member name, Youzan nick
    TMALL_OUID = "tmall_ouid"  # scope: the shop; the same for every app
    TMALL_OMID = "tmall_omid"  # scope: the merchant; over all shops of one entity
    TAOBAO_OPEN_UID = "taobao_open_uid"  # scope: the app key
    JD_OPEN_ID = "jd_open_id"  # scope: the app key
    JD_XID = "jd_xid"  # scope: the app key
    DOUYIN_OPEN_ID = "douyin_open_id"  # scope: app key and shop, since neither alone is documented
    MOBILE = "mobile"  # scope: ""; value: a keyed digest of the number, which is sealed beside it
    EMAIL = "email"  # scope: ""; value: a keyed digest of the address, which is sealed beside it
    WECHAT_ORDER_SESSION = "wechat_order_session"  # scope: the shop's app id; one checkout of hers
    HASHED_MOBILE = "hashed_mobile"  # scope: the pass; a keyed digest of a platform's hash
    CUSTOMER_KEY = "customer_key"  # scope: the source named by a mapping file, or a store's code


class Customer(Model):
    """One human we know by at least one identity. A merged customer points to the one it became.

    Of two who are one, either who wants no personal offers decides for both.
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    merged_into_id = fields.BigIntField(null=True)
    language = fields.TextField()
    wants_personal_offers = fields.BooleanField(default=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "customer"


class Identity(Model):
    """(kind, scope, value): how one platform names a customer.

    Of a mobile number and an e-mail address the value is a keyed digest, and ``sealed_value`` the
    number or address itself.
    For an openid of an official account: since when she follows, when she last followed or left,
    the QR scene she first came by, until when a person of customer service talks with her, and
    when the platform was last asked about her. ``before_merge_id`` is the customer whom it named
    before a merge that stands.
    """

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    kind = fields.CharEnumField(IdentityKind)
    scope = fields.TextField()
    value = fields.TextField()
    following_since = fields.DatetimeField(null=True)
    follow_changed_at = fields.DatetimeField(null=True)
    follow_scene = fields.TextField(null=True)
    with_agent_until = fields.DatetimeField(null=True)
    looked_up_at = fields.DatetimeField(null=True)
    sealed_value = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()
    before_merge_id = fields.BigIntField(null=True)

    class Meta:
        table = "identity"
        unique_together = (("kind", "scope", "value"),)


class Member(Model):
    """A customer who joined. The points columns are checked caches of the ledger.

    ``points_available`` includes lots that are due but not yet swept: ask ``ledger.balances`` for
    what can be spent. ``chain`` is the hash of the newest entry. ``merged_into_id`` is the
    customer's, beside what the ledger locks. Since ``deleted_at`` nobody is known behind it, and
    its points never move again.
    """

    id = fields.BigIntField(primary_key=True)
    joined_at = fields.DatetimeField()
    joined_through = fields.TextField()
    points_available = fields.BigIntField()
    points_pending = fields.BigIntField()
    points_debt = fields.BigIntField()
    idle_expires_at = fields.DatetimeField(null=True)
    entry_count = fields.IntField()
    lot_count = fields.IntField()
    chain = fields.BinaryField()
    merged_into_id = fields.BigIntField(null=True)
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "member"


class Profile(Model):
    """What a customer told of herself: a name to call her by, and her birthday as MM-DD.

    ``called_told_at`` is since when she has a name, ``birthday_told_at`` when she last told a
    birthday, also where she took it back since.
    """

    customer_id = fields.BigIntField(primary_key=True)
    called = fields.TextField(default="")
    called_told_at = fields.DatetimeField(null=True)
    birthday = fields.TextField(null=True)
    birthday_told_at = fields.DatetimeField(null=True)

    class Meta:
        table = "profile"


class Merge(Model):
    """Two customers who turned out to be one human: ``other`` became ``root``, and why.

    ``identity_ids`` moved; ``root_entries`` counts the root's entries before the points moved, and
    ``undone_entries`` before they moved back. ``idle_before`` and ``idle_after`` are the root's
    inactivity around it. Undone, it is history.
    """

    id = fields.BigIntField(primary_key=True)
    root_id = fields.BigIntField()
    other_id = fields.BigIntField()
    evidence = fields.TextField()
    merged_by = fields.TextField()
    merged_at = fields.DatetimeField()
    identity_ids = ArrayField("bigint")
    root_entries = fields.IntField()
    idle_before = fields.DatetimeField(null=True)
    idle_after = fields.DatetimeField(null=True)
    undone_by = fields.TextField(null=True)
    undone_at = fields.DatetimeField(null=True)
    undone_entries = fields.IntField(null=True)

    class Meta:
        table = "merge"


class Likeness(Model):
    """A customer of whom an e-mail address was told that names another: they may be one.

    ``customer_id`` is whom her names stood for then, ``identity_id`` the address.
    Refuted, staff said that they are two.
    """

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    identity_id = fields.BigIntField()
    told_at = fields.DatetimeField()
    refuted_by = fields.TextField(null=True)
    refuted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "likeness"
        unique_together = (("customer_id", "identity_id"),)
