"""The settings of member passes (会员通), as an operator writes them."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from loyalty.connections.accounts import AccountId, AesKey
from loyalty.connections.shape import AccountSettings

Name = Annotated[str, Meta(min_length=1, max_length=200)]


class TmallPassSettings(AccountSettings, frozen=True, tag="tmall_pass"):
    """The member pass of one Tmall shop, with the app that Tmall signs its questions for.

    ``shop_code`` names the shop among ours; ``merchant`` its legal entity, over whose shops an omid
    is one. ``mix_key`` makes ``mix_mobile``: compare one with the member centre's console.
    ``asks_to_register`` is how an unknown shopper is answered: as bindable with E04, or not;
    ``activation_form`` how the activation of members of old is: in Qimen's envelope, or as joining.
    """

    named_by: ClassVar[str] = "shop_code"

    shop_code: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")]
    seller_name: Name
    app_key: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,40}\Z")]
    app_secret: Name
    mix_key: Name
    merchant: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")] = "default"
    asks_to_register: bool = True
    activation_form: Literal["qimen", "pass"] = "qimen"
    max_age_seconds: Annotated[int, Meta(ge=10, le=86_400)] = 300


class WeChatPassSettings(AccountSettings, frozen=True, tag="wechat_pass"):
    """The membership that shops on WeChat show by the brand's mini-program (小程序会员).

    Of the mini-program ``app_id``, with the Token and the key of its messages (消息推送). A tier is
    told as ``identity_prefix`` and its grade. ``seals_answers``: whether what WeChat waits for is
    answered sealed, as it asks.
    """

    named_by: ClassVar[str] = "app_id"

    app_id: AccountId
    token: Name
    encoding_aes_key: AesKey
    previous_encoding_aes_key: AesKey | None = None
    identity_prefix: Annotated[str, Meta(max_length=20)] = "Lv."
    seals_answers: bool = True

    def identity(self, grade: int) -> str:
        """Return what a grade is called there."""
        return f"{self.identity_prefix}{grade}"


class DouyinPassSettings(AccountSettings, frozen=True, tag="douyin_pass"):
    """The member pass of one shop on Douyin (抖店会员通), which is connected as ``douyin``.

    ``app_id`` is the number of the member application that the shop is bound to. ``points_in`` is
    the field in which points are told: hundredths, or the older one in points.
    """

    named_by: ClassVar[str] = "shop_id"

    shop_id: Annotated[str, Meta(pattern=r"^[0-9]{1,20}\Z")]
    app_id: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    points_in: Literal["pointCent", "integral"] = "pointCent"
