"""Why a row of a file cannot be used: a heading without figures, and behind a colon the figures."""

from collections.abc import Mapping
from typing import Any, Literal

from connectors.files.words import Words, told
from web import texts as refusals

REASONS: dict[str, Words] = {
    "empty": ("这一格是空的", "the cell is empty"),
    "not_an_amount": ("不是金额：{value}", "not an amount: {value}"),
    "negative_amount": ("金额是负数：{value}", "the amount is negative: {value}"),
    "amount_too_fine": ("金额不足一分：{value}", "the amount has parts of a fen: {value}"),
    "amount_too_large": ("金额太大：{value}", "the amount is too large: {value}"),
    "not_a_quantity": ("不是数量：{value}", "not a quantity: {value}"),
    "not_a_moment": ("不是日期时间：{value}", "not a date and time: {value}"),
    "in_the_future": ("日期在将来：{value}", "the date lies in the future: {value}"),
    "digits_lost": (
        "编号被表格软件改成了近似数，数字已丢失：{value}（请从平台重新导出，或以文本格式填写）",
        "a spreadsheet rounded this number and its digits are lost: {value} (export it again, or"
        " enter it as text)",
    ),
    "name_too_long": (
        "文字太长：{characters} 个字符，最多 {most}",
        "the text is too long: {characters} characters, at most {most}",
    ),
    "cell_too_long": (
        "单元格太长：{characters} 个字符，最多 {most}",
        "the cell is too long: {characters} characters, at most {most}",
    ),
    "broken_character": ("有无法识别的字节：{byte}", "holds a byte that is no text: {byte}"),
    "not_a_single_value": ("不是单个值：{value}", "not a single value: {value}"),
    "too_few_cells": (
        "这一行的格数太少：{cells} 格，应有 {expected} 格",
        "the row has too few cells: {cells} instead of {expected}",
    ),
    "too_many_cells": (
        "这一行的格数太多：{cells} 格，应有 {expected} 格",
        "the row has too many cells: {cells} instead of {expected}",
    ),
    "broken_quotes": ("引号不成对", "the quotes are broken"),
    "other_row_of_order": (
        "同一订单的另一行有问题，整单未入库：第 {row} 行",
        "another row of the same order is at fault, and an order is never recorded in part:"
        " row {row}",
    ),
    "rows_differ": ("同一订单的各行此列不一致", "the rows of the order differ in this column"),
    "order_repeated": (
        "同一订单重复出现，内容不同：与第 {first_row} 行",
        "the order stands here again with other content: differently from row {first_row}",
    ),
    "line_key_repeated": ("子订单编号重复", "the line's number is repeated within the order"),
    "not_yes_or_no": (
        "不是 是/否：{value}",
        "neither yes nor no: {value}",
    ),
    "not_a_picture_address": (
        "不是图片地址，要以 https:// 或 data:image/ 开头：{value}",
        "not the address of a picture, which begins with https:// or data:image/: {value}",
    ),
    "sku_repeated": (
        "同一商品编码重复出现，内容不同：第 {rows} 行",
        "the SKU stands here more than once, with different content: rows {rows}",
    ),
    "phone_masked": (
        "手机号被打码，不能用来识别会员",
        "the phone number is masked and names nobody",
    ),
    "not_a_phone": ("不是手机号", "not a phone number"),
    "not_points": ("不是整数积分：{value}", "no whole points: {value}"),
    "nobody_named": (
        "没有说明是哪位会员（会员号、手机号、unionid、openid 都为空）",
        "no member is named: number, phone, unionid and openid are all blank",
    ),
    "app_id_missing": (
        "没有说明 openid 属于哪个小程序或公众号：请加 appid 列，或用 --app-id",
        "nothing says of which app the openid is: add a column app_id, or give --app-id",
    ),
    "names_differ": (
        "同一会员的几行身份标识不一致",
        "the rows of this member name her differently",
    ),
    "unknown_state": (
        "不认识的订单状态：{value}（认识的：{known}）",
        "unknown state of order: {value} (known: {known})",
    ),
    "paid_below_zero": ("实付金额小于零：{paid}", "the paid amount is below zero: {paid}"),
    "freight_exceeds_paid": (
        "运费多于实付：运费 {freight}，实付 {paid}",
        "freight exceeds what was paid: {freight} freight, {paid} paid",
    ),
    "lines_do_not_sum": (
        "明细与运费之和不等于实付：之和 {lines_and_freight}，实付 {paid}",
        "lines and freight do not sum to what was paid: {lines_and_freight}, {paid} paid",
    ),
    "refunds_do_not_sum": ("各行退款合计多于订单退款", "the lines' refunds exceed the order's"),
    "refunded_more_than_paid": (
        "退款多于实付：退款 {refunded}，实付 {paid}",
        "more was refunded than paid: {refunded} refunded, {paid} paid",
    ),
    "amounts_do_not_reconcile": (
        "总金额与实付、平台抵扣、积分对不上：总金额 {total}，实付 {paid}，平台抵扣 {platform}，"
        "积分抵扣 {points}",
        "the total is not what buyer, platform and points paid: total {total}, paid {paid},"
        " platform {platform}, points {points}",
    ),
    "items_do_not_reconcile": (
        "宝贝报表的实付合计与订单对不上，可能缺行：合计 {items}，订单货款 {goods}，运费 {freight}",
        "what was paid for the items does not sum to the order, rows may be missing: items {items},"
        " the order's goods {goods}, freight {freight}",
    ),
    "closed_with_partial_refund": (
        "交易已关闭，但没有全部退款：退款 {refunded}，实付 {paid}",
        "the order is closed, but not all of it went back: {refunded} refunded, {paid} paid",
    ),
    "completed_before_paid": ("完成时间早于付款时间", "completed before it was paid"),
    "order_differs": (
        "此订单已入库，与这里的内容不同：{differences}",
        "the order is recorded already, with other content: {differences}",
    ),
    "buyer_differs": ("此订单已属于另一位顾客", "the order belongs to another customer already"),
    "identities_of_two_customers": (
        "买家的身份标识属于两位顾客，请先合并",
        "the buyer's identities belong to two customers; merge them first",
    ),
    "order_unknown": (
        "还没有这个订单：请连同订单报表一起导入",
        "this order is not known yet: import the order report with it",
    ),
    "order_in_several_shops": (
        "几个店铺都有这个订单号：请用 --shop 说明是哪个店",
        "several shops have this order number: name the shop with --shop",
    ),
}

AMOUNTS = (
    *("paid", "refunded", "freight", "total", "platform", "points", "items", "goods"),
    "lines_and_freight",
)
DIFFERING: dict[str, Words] = {
    "paid_fen": ("实付", "paid"),
    "refunded_fen": ("退款", "refunded"),
    "goods_fen": ("货款", "goods"),
    "freight_fen": ("运费", "freight"),
    "currency": ("币种", "currency"),
    "state": ("状态", "state"),
}
STATES: dict[str, Words] = {
    "paid": ("已付款", "paid"),
    "shipped": ("已发货", "shipped"),
    "completed": ("已完成", "completed"),
    "refunded": ("已退款", "refunded"),
}


def reason(code: str, figures: Mapping[str, Any], language: str) -> str:
    """Return why an order was parked, with amounts in yuan."""
    if code not in REASONS:
        return refusals.text(code, _language(language), figures)
    shown = {name: _amount(name, figure) for name, figure in figures.items()}
    if code == "order_differs":
        shown["differences"] = _differences(figures, language)
    return told(REASONS[code], shown, language)


def heading(code: str, language: str) -> str:
    """Return a parking reason without the figures of one row, for a sum."""
    words = REASONS.get(code) or refusals.TEXTS.get(code, (code, code))
    return words[0].split("：")[0] if language == "zh" else words[1].split(":")[0]


def _language(language: str) -> Literal["zh", "en"]:
    return "zh" if language == "zh" else "en"


def _amount(name: str, figure: Any) -> Any:
    return _yuan(figure) if name in AMOUNTS and isinstance(figure, int) else figure


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _differences(figures: Mapping[str, Any], language: str) -> str:
    """Return what differs, each as recorded and as told here; lines where no total differs."""
    place = 0 if language == "zh" else 1
    found = []
    for name, words in DIFFERING.items():
        if name not in figures:
            continue
        sides = [_side(name, side, place) for side in str(figures[name]).split(" -> ")]
        found.append(f"{words[place]} {' → '.join(sides)}")
    if not found:
        return ("商品行或优惠", "its lines or discounts")[place]
    return ("，", ", ")[place].join(found)


def _side(name: str, side: str, place: int) -> str:
    if name.endswith("_fen"):
        return _yuan(int(side))
    return STATES[side][place] if side in STATES else side
