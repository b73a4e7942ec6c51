"""The staff's pages: today, members, orders, products, what was parked, hand-over, groups ...

Server-made HTML with htmx; the words of both languages are in `console.words`.
"""

from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from console import (
    audit,
    boards,
    calendar,
    communities,
    connections,
    contact_tags,
    contact_ways,
    coupon_codes,
    coupon_deeds,
    coupons,
    events,
    gifts,
    handing_over,
    her_deletion,
    keeping_off,
    ladders,
    language,
    live_rooms,
    mass_send_form,
    mass_sends,
    members,
    merges,
    orders,
    parked,
    price_audit,
    product_files,
    products,
    purchases,
    referrals,
    reviews,
    rules,
    runs,
    scorecard,
    shipping,
    shop_products,
    signing_in,
    staff,
    surveys,
    today,
    visits,
    wecom_scan,
)
from console.access import require_staff
from console.auditing import keep_deeds
from console.pages import FRAMED_BY, set_up
from console.product_files import FILES, ProductFiles
from console.refusing import show_refusals

HERE = Path(__file__).parent
PREFIX = "/console"

ROUTES = (
    web.get("/login", signing_in.page, name="login"),
    web.post("/login", signing_in.sign_in),
    web.get("/login/wecom", wecom_scan.begin),
    web.get("/login/wecom/done", wecom_scan.done),
    web.get("/login/code", signing_in.code_page),
    web.post("/login/code", signing_in.tell_code),
    web.post("/logout", signing_in.sign_out),
    web.get("/connections", connections.page, name="connections"),
    web.post("/connections/{id}/check", connections.check),
    web.get("/security", staff.security, name="security"),
    web.post("/security", staff.begin),
    web.get("/staff", staff.page, name="staff"),
    web.post("/staff", staff.add),
    web.post("/staff/{id}", staff.change),
    web.post("/staff/{id}/leave", staff.leave),
    web.post("/language", language.choose),
    web.get("", today.page, name="today"),
    web.get("/", today.begin),
    web.get("/members", members.page, name="members"),
    web.get("/members/{uuid}", members.one, name="member"),
    web.post("/members/{uuid}/merges", merges.merge),
    web.post("/members/{uuid}/deletion", her_deletion.delete),
    web.post("/members/{uuid}/merges/{merge}/undo", merges.undo),
    web.post("/members/{uuid}/alike/{other}/refute", merges.refute),
    web.post("/members/{uuid}/boards/keep-off", keeping_off.keep_off),
    web.post("/members/{uuid}/boards/let-on", keeping_off.let_on),
    web.get("/purchases", purchases.page, name="purchases"),
    web.get("/orders", orders.page, name="orders"),
    web.get("/orders/{number}", orders.one, name="order"),
    web.post("/orders/{number}/complete", orders.complete),
    web.post("/orders/{number}/refunds", orders.refund),
    web.get("/products", products.page, name="products"),
    web.post("/products", product_files.bring_in),
    web.post("/shop-products", shop_products.read_now),
    web.get("/parked", parked.page, name="parked"),
    web.post("/parked/{id}/again", parked.try_again),
    web.post("/parked/{id}/drop", parked.drop),
    web.get("/hand-over", handing_over.page, name="hand-over"),
    web.post("/hand-over", handing_over.hand_over),
    web.get("/shipping", shipping.page, name="shipping"),
    web.get("/shipping/to-ship.csv", shipping.listed),
    web.post("/shipping", shipping.change),
    web.get("/visits", visits.page, name="visits"),
    web.get("/visits/{shop}", visits.code),
    web.get("/visits/{shop}/poster", visits.poster),
    web.post("/visits/{shop}/poster", visits.make_poster),
    web.get("/live-rooms", live_rooms.page, name="live-rooms"),
    web.post("/live-rooms", live_rooms.open_room),
    web.post("/live-rooms/{uuid}/close", live_rooms.close),
    web.get("/surveys", surveys.page, name="surveys"),
    web.get("/surveys/{code}", surveys.one),
    web.get("/surveys/{code}/answers.csv", surveys.download),
    web.get("/events", events.page, name="events"),
    web.get("/events/{code}", events.one),
    web.get("/events/{code}/code", events.code),
    web.get("/events/{code}/guests.csv", events.download),
    web.post("/events/{code}/guests", events.let_in),
    web.get("/communities", communities.page, name="communities"),
    web.get("/communities/new", communities.new),
    web.post("/communities/new", communities.connect),
    web.get("/communities/{id}", communities.one, name="community"),
    web.get("/communities/{id}/members.csv", communities.download),
    web.post("/communities/{id}/refresh", communities.refresh),
    web.post("/communities/{id}/keep", communities.keep),
    web.get("/contact-tags", contact_tags.page, name="contact-tags"),
    web.get("/contact-ways", contact_ways.page, name="contact-ways"),
    web.get("/calendar", calendar.page, name="calendar"),
    web.post("/calendar/skip", calendar.skip),
    web.get("/mass-sends", mass_sends.page, name="mass-sends"),
    web.get("/mass-sends/new", mass_send_form.page),
    web.post("/mass-sends/new", mass_send_form.send),
    web.get("/mass-sends/{uuid}", mass_sends.one, name="mass-send"),
    web.get("/mass-sends/{uuid}/targets.csv", mass_sends.download),
    web.post("/mass-sends/{uuid}/cancel", mass_sends.cancel),
    web.post("/mass-sends/{uuid}/remind", mass_sends.remind_all),
    web.post("/mass-sends/{uuid}/look", mass_sends.look),
    web.post("/members/{uuid}/coupons", coupon_deeds.give),
    web.post("/members/{uuid}/coupons/{coupon}/void", coupon_deeds.take_back),
    web.get("/coupons", coupons.page, name="coupons"),
    web.get("/gifts", gifts.page, name="gifts"),
    web.get("/coupons/{code}", coupons.one, name="coupon"),
    web.post("/coupons/{code}/runs", coupon_codes.make),
    web.post("/coupons/{code}/runs/{run}/end", coupon_codes.end),
    web.post("/coupons/{code}/runs/{run}/void", coupon_codes.void),
    web.post("/coupons/{code}/runs/{run}/file", coupon_codes.download),
    web.get("/referrals", referrals.page, name="referrals"),
    web.post("/referrals/{uuid}/bar", referrals.bar),
    web.post("/referrals/{uuid}/allow", referrals.allow),
    web.get("/boards", boards.page, name="boards"),
    web.get("/boards/{uuid}", boards.one, name="board"),
    web.post("/boards/{uuid}/approve", boards.approve),
    web.post("/boards/{uuid}/places/{rank}/disqualify", boards.disqualify),
    web.post("/boards/{uuid}/places/{rank}/readmit", boards.readmit),
    web.get("/reviews", reviews.page, name="reviews"),
    web.post("/reviews/{uuid}/hide", reviews.hide),
    web.post("/reviews/{uuid}/show", reviews.show_again),
    web.get("/ladders", ladders.page, name="ladders"),
    web.post("/ladders/batches/{id}/again", ladders.make_again),
    web.post("/ladders/coupons/{id}/again", ladders.send_again),
    web.post("/ladders/coupons/{id}/seen", ladders.she_has_it),
    web.get("/rules", rules.page, name="rules"),
    web.get("/rules/new", rules.begin),
    web.get("/rules/{slot}", rules.one, name="rule"),
    web.post("/rules/{slot}", rules.publish),
    web.post("/rules/{slot}/fields", rules.fields),
    web.post("/rules/{slot}/end", rules.end),
    web.post("/rules/{slot}/restore", rules.restore),
    web.post("/rules/{slot}/preview", rules.preview),
    web.get("/price-audit", price_audit.page, name="price-audit"),
    web.post("/price-audit", price_audit.audit_now),
    web.get("/audit", audit.page, name="audit"),
    web.get("/audit.csv", audit.download),
    web.get("/runs", runs.page, name="runs"),
    web.get("/scorecard", scorecard.page, name="scorecard"),
)


def add_to(app: web.Application, *, files: ProductFiles, framed_by: Sequence[str] = ()) -> None:
    """Mount the console, which reads products by ``files``.

    ``framed_by`` are origins that may show it in a frame: the demo's page.
    """
    console = web.Application(middlewares=[show_refusals, keep_deeds, require_staff])
    console[FRAMED_BY] = tuple(framed_by)
    console[FILES] = files
    set_up(console, HERE / "templates")
    console.add_routes(ROUTES)
    console.router.add_static("/static", HERE / "static")
    console.router.add_static("/vendor", HERE / "vendor")
    app.add_subapp(PREFIX, console)
