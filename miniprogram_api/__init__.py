"""What the mini-program asks of us: the URL map. Every path but the login needs a session."""

from aiohttp import web

from miniprogram_api import (
    brand,
    cart,
    challenges,
    claims,
    codes,
    communities,
    consents,
    coupons,
    gifts,
    ladders,
    language,
    leaderboards,
    ledger,
    me,
    member_code,
    orders,
    payments,
    phone,
    preferences,
    products,
    profile,
    purchases,
    quotes,
    redemptions,
    reviews,
    rewards,
    session,
    shop_membership,
    subscriptions,
    tiers,
)
from web.session import Shopper, shopper
from web.typed import Api, Part, delete, get, post, put

OPERATIONS = (
    post("/session", session.sign_in, http_status=201),
    delete("/session", session.sign_out),
    delete("/me/sessions", session.sign_out_everywhere),
    get("/me", me.read),
    get("/me/code", member_code.read),
    get("/me/tiers", tiers.read),
    get("/me/ledger", ledger.read),
    put("/me/language", language.choose),
    get("/me/consents", consents.read),
    put("/me/consents", consents.choose),
    put("/me/preferences", preferences.choose),
    get("/me/profile", profile.read),
    put("/me/profile", profile.tell),
    get("/challenges", challenges.read),
    put("/me/check-ins/{day}", challenges.check_in),
    put("/me/claims/{code}/{round}", challenges.claim),
    get("/leaderboards/{code}", leaderboards.read),
    get("/message-templates", subscriptions.read),
    post("/me/subscriptions", subscriptions.allow),
    get("/rewards", rewards.read),
    get("/me/redemptions", redemptions.read_all),
    put("/me/redemptions/{uuid}", redemptions.redeem),
    get("/me/redemptions/{uuid}", redemptions.read),
    delete("/me/redemptions/{uuid}", redemptions.cancel),
    put("/me/redemptions/{uuid}/receipt", redemptions.receive),
    get("/me/coupons", coupons.read),
    get("/coupon-batches", claims.read),
    put("/me/coupon-claims/{uuid}", claims.claim),
    put("/me/coupon-codes", codes.claim),
    get("/me/gifts", gifts.read_all),
    get("/me/gifts/{uuid}", gifts.read),
    put("/me/gifts/{uuid}", gifts.send),
    delete("/me/gifts/{uuid}", gifts.take_back),
    get("/gift-links/{secret}", gifts.open_link),
    put("/gift-links/{secret}/claim", gifts.claim),
    get("/ladders", ladders.read),
    get("/communities", communities.read),
    put("/me/invitations/{code}", communities.invite),
    get("/brand", brand.read),
    put("/me/phone", phone.bind),
    put("/me/shop-membership", shop_membership.join),
    delete("/me/shop-membership", shop_membership.leave),
    get("/products", products.read),
    get("/me/cart", cart.read),
    put("/me/cart", cart.keep),
    post("/quotes", quotes.ask),
    get("/me/purchases", purchases.read),
    get("/products/{sku}/reviews", reviews.of_product),
    get("/me/reviews/{uuid}", reviews.read),
    put("/me/reviews/{uuid}", reviews.write),
    delete("/me/reviews/{uuid}", reviews.take_back),
    get("/me/orders", orders.read),
    get("/me/orders/{uuid}", orders.read_one),
    put("/me/orders/{uuid}", orders.place),
    delete("/me/orders/{uuid}", orders.cancel),
)


def api() -> Api:
    """Return the edge with its operations."""
    return Api(
        "miniprogram",
        prefix="/miniprogram/v1",
        about="小程序 / what the shopper's mini-program asks",
        operations=OPERATIONS,
        parts={Shopper: Part(shopper, security="session")},
    )


def add_to(app: web.Application) -> None:
    """Mount the edge on the application of ``web.app.create``."""
    api().add_to(app)
    payments.add_to(app)
