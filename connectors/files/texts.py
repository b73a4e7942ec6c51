"""What a person reads, in Chinese and English: reasons, refusals, sums."""

from collections.abc import Mapping
from typing import Any

Words = tuple[str, str]

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
        "太长：{characters} 个字符，最多 {most}",
        "too long: {characters} characters",
    ),
    "cell_too_long": (
        "这一格有 {characters} 个字符，最多 {most}",
        "the cell has {characters} characters, at most {most} are read",
    ),
    "broken_character": ("有无法识别的字节 {byte}", "holds the byte {byte}, which is no text"),
    "not_a_single_value": ("不是单个值：{value}", "not a single value: {value}"),
    "too_few_cells": ("只有 {cells} 格，应有 {expected} 格", "{cells} cells instead of {expected}"),
    "too_many_cells": ("有 {cells} 格，应有 {expected} 格", "{cells} cells instead of {expected}"),
    "broken_quotes": ("引号不成对", "the quotes are broken"),
    "other_row_of_order": (
        "同一订单的第 {row} 行有问题，整单未入库",
        "row {row} of the same order is at fault; an order is never recorded in part",
    ),
    "rows_differ": ("同一订单的各行此列不一致", "the rows of the order differ in this column"),
    "order_repeated": (
        "订单重复出现，内容与第 {first_row} 行不同",
        "the order stands here again, differently from row {first_row}",
    ),
    "line_key_repeated": ("子订单编号重复", "the line's number is repeated within the order"),
    "unknown_state": (
        "不认识的订单状态：{value}（认识的：{known}）",
        "unknown state of order: {value} (known: {known})",
    ),
    "paid_below_zero": ("实付金额小于零：{paid} 分", "the paid amount is below zero: {paid} fen"),
    "freight_exceeds_paid": (
        "运费 {freight} 分多于实付 {paid} 分",
        "freight exceeds what was paid",
    ),
    "lines_do_not_sum": (
        "明细与运费合计 {lines_and_freight} 分，不等于实付 {paid} 分",
        "lines and freight are {lines_and_freight} fen, not the paid {paid} fen",
    ),
    "refunds_do_not_sum": ("各行退款合计多于订单退款", "the lines' refunds exceed the order's"),
    "refunded_more_than_paid": (
        "退款 {refunded} 分多于实付 {paid} 分",
        "refunded {refunded} fen of {paid} fen paid",
    ),
    "amounts_do_not_reconcile": (
        "总金额 {total} 分与实付 {paid}、平台抵扣 {platform}、积分 {points} 分对不上",
        "the total of {total} fen fits neither with nor without the platform's {platform} fen",
    ),
    "closed_with_partial_refund": (
        "交易已关闭，但只退了 {refunded} 分（实付 {paid} 分）",
        "the order is closed, but only {refunded} of {paid} fen went back",
    ),
    "completed_before_paid": ("完成时间早于付款时间", "completed before it was paid"),
    "order_differs": (
        "此订单已入库，但金额或状态不同",
        "the order is recorded already, with other amounts or a later state",
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

SKIPPED: dict[str, Words] = {
    "unpaid": ("等待付款", "not paid yet"),
    "closed_unpaid": ("未付款已关闭", "closed without payment"),
    "not_paid": ("未付款", "not paid"),
}

REMARKS: dict[str, Words] = {
    "without_buyer": (
        "单没有可用的买家名（空白或被打码），已入库，但不属于任何会员",
        "orders name no usable buyer (blank or masked): recorded, but nobody's",
    ),
}

REFUSALS: dict[str, Words] = {
    "cannot_open": ("打不开：{reason}", "cannot be opened: {reason}"),
    "empty_file": ("文件是空的", "the file is empty"),
    "no_header": ("没有第 {row} 行，找不到表头", "there is no row {row} to take the header from"),
    "header_only": ("只有表头，没有数据", "there is a header and nothing below it"),
    "old_excel": ("旧版 .xls：请另存为 .xlsx 或 .csv", "an old .xls: save it as .xlsx or .csv"),
    "not_a_table": ("不是表格文件", "this is no table"),
    "not_recognised": (
        "不认识的表头：{found}。认识的报表：{known}。其他表格请用 --mapping 映射文件",
        "unknown header: {found}. Known reports: {known}. Any other table needs --mapping",
    ),
    "columns_missing": ("缺少列：{columns}", "columns are missing: {columns}"),
    "too_many_columns": ("有 {columns} 列，最多 {most} 列", "{columns} columns, at most {most}"),
    "damaged": ("{kind} 文件已损坏或不完整", "the {kind} file is damaged or not whole"),
    "damaged_after": (
        "{kind} 文件在第 {row} 行之后损坏；之前的订单已入库",
        "the {kind} file is damaged after row {row}; the orders before are recorded",
    ),
    "unpacks_too_large": (
        "解压后太大（{part} {bytes} 字节）",
        "it unpacks to too much ({part} {bytes} bytes)",
    ),
    "no_such_sheet": ("没有工作表 {sheet}；有：{sheets}", "no sheet {sheet}; there are: {sheets}"),
    "cut_in_the_middle": (
        "文件在第 {row} 行中间断了；之前的订单已入库",
        "the file ends in the middle of row {row}; the orders before it are recorded",
    ),
    "open_quote": (
        "第 {row} 行（文本第 {line} 行）的引号没有结束；之前的订单已入库",
        "a quote opened in row {row} (line {line}) never ends; the orders before are recorded",
    ),
    "wrong_encoding": (
        "第 {row} 行起不是 {encoding} 编码；之前的订单已入库",
        "from row {row} on it is not {encoding}; the orders before are recorded",
    ),
    "vanished": (
        "读到第 {row} 行时文件读不到了；之前的订单已入库",
        "the file could not be read any more at row {row}; the orders before are recorded",
    ),
    "changed_while_reading": (
        "文件在读取时被改动，请再导入一次",
        "the file changed while it was read; import it again",
    ),
    "reader_ended": (
        "读文件的进程意外结束；之前的订单已入库，再运行同一命令会接着导入",
        "the process that read it ended; the orders before are recorded, and the same command goes"
        " on from there",
    ),
    "order_too_long": (
        "从第 {row} 行起同一订单超过 {most} 行：订单号列对吗？",
        "from row {row} on one order has more than {most} rows: is the order number right?",
    ),
    "lookup_not_found": ("找不到对照表 {file}", "the lookup table {file} is not there"),
    "lookup_too_large": ("对照表超过 {most} 行", "the lookup table has more than {most} rows"),
    "mapping_not_found": (
        "打不开映射文件：{reason}",
        "the mapping file cannot be opened: {reason}",
    ),
    "mapping_not_toml": ("映射文件不是 TOML：{reason}", "the mapping file is no TOML: {reason}"),
    "mapping_field": (
        "映射文件的 {field}：{reason}。允许：{allowed}",
        "mapping file, {field}: {reason}. Allowed: {allowed}",
    ),
    "shop_argument": (
        "--shop 写作 种类:店名，例如 tmall:旗舰店；种类：{known}",
        "--shop is kind:name, for example tmall:flagship; kinds: {known}",
    ),
    "shop_with_mapping": (
        "映射文件里已经写明店铺，不能再用 --shop",
        "a mapping file names the shop itself: leave --shop out",
    ),
    "import_moved_on": (
        "另一个进程正在导入同一个文件",
        "another process is importing the same file",
    ),
}

SAID: dict[str, Words] = {
    "already": (
        "{name}：{at} 已导入完毕（{orders} 单），没有新内容。要从头再读，加 --again",
        "{name}: imported already on {at} ({orders} orders), nothing new. --again reads it anew",
    ),
    "resumed": (
        "{name}：接着上次，从第 {orders} 单之后继续",
        "{name}: going on behind the {orders} orders of last time",
    ),
    "begun": ("{name}：{rows} 行，{orders} 单", "{name}: {rows} rows, {orders} orders"),
    "header_only": (
        "{name}：只有表头，没有数据",
        "{name}: a header and nothing below it",
    ),
    "shifted": ("日期整体后移 {days} 天", "dates move by {days} days"),
    "moving": (
        "{name}：{rows}/{of} 行，{orders} 单，搁置 {parked}，{rate} 行/秒",
        "{name}: {rows}/{of} rows, {orders} orders, {parked} parked, {rate} rows/s",
    ),
    "stopped": ("{name}：{reason}", "{name}: {reason}"),
    "missed": (
        "对照表 {name} 里没有 {count} 个编号，相应的文字留空",
        "the lookup {name} lacks {count} keys; their texts stay empty",
    ),
    "dry": ("试运行：什么都没有写入", "dry run: nothing was written"),
    "read": ("读取 {rows} 行，{orders} 单", "read {rows} rows, {orders} orders"),
    "recorded": (
        "入库 {recorded} 单，{lines} 条明细；未变 {unchanged} 单",
        "recorded {recorded} orders with {lines} lines; {unchanged} unchanged",
    ),
    "money": (
        "入库订单：实付 {paid}（其中运费 {freight}），退款 {refunded}，优惠 {discount}；"
        "积分变动 {points}",
        "recorded orders: paid {paid} (freight {freight}), refunded {refunded}, discounts"
        " {discount}; points changed by {points}",
    ),
    "skipped": ("跳过 {count} 单：{reason}", "skipped {count} orders: {reason}"),
    "parked": ("搁置 {count} 单：{reason}", "parked {count} orders: {reason}"),
    "parked_rows": (
        "共 {rows} 行被搁置，可用 --export-parked 文件.csv 导出，改正后再导入",
        "{rows} rows are parked; --export-parked FILE.csv writes them out to be corrected",
    ),
    "exported": ("搁置的 {rows} 行已写入 {files}", "{rows} parked rows were written to {files}"),
    "nothing_parked": ("没有搁置的行", "no rows are parked"),
    "not_written": ("{path} 写不了：{reason}", "{path} cannot be written: {reason}"),
    "interrupted": (
        "中断了：再运行同一命令会接着导入",
        "interrupted: the same command goes on from here",
    ),
    "database_away": (
        "数据库连不上：再运行同一命令会接着导入",
        "the database cannot be reached: the same command goes on from here",
    ),
    "nothing_to_do": ("请给出要导入的文件", "name the files to import"),
    "remark": ("{count} {reason}", "{count} {reason}"),
}


def _told(words: Words, figures: Mapping[str, Any], language: str) -> str:
    told = words[0] if language == "zh" else words[1]
    between = "、" if language == "zh" else ", "
    shown = {
        name: between.join(map(str, figure)) if isinstance(figure, list | tuple) else figure
        for name, figure in figures.items()
    }
    return told.format_map(_Forgiving(shown))


class _Forgiving(dict[str, Any]):
    """Figures that a text names and a fault lacks are left open."""

    def __missing__(self, name: str) -> str:
        return "…"


def reason(code: str, figures: Mapping[str, Any], language: str) -> str:
    """Return why an order was parked; a reason that is not listed here shows its code."""
    if code not in REASONS:
        return " ".join([code, *(f"{name}={figure}" for name, figure in figures.items())])
    return _told(REASONS[code], figures, language)


def heading(code: str, language: str) -> str:
    """Return a parking reason without the figures of one row, for a sum."""
    told = reason(code, {}, language)
    return told.split("：")[0].split("（")[0] if language == "zh" else told.split(": ")[0]


def refusal(code: str, figures: Mapping[str, Any], language: str) -> str:
    """Return why a file, a mapping or an argument is refused."""
    told = _told(REFUSALS.get(code, (code, code)), figures, language)
    return f"{figures['file']}: {told}" if "file" in figures and "{file}" not in told else told


def skipped(code: str, language: str) -> str:
    """Return why orders were left out."""
    return _told(SKIPPED.get(code, (code, code)), {}, language)


def remark(code: str, language: str) -> str:
    """Return what is to be known of orders that were recorded."""
    return _told(REMARKS.get(code, (code, code)), {}, language)


def said(sentence: str, language: str, figures: Mapping[str, Any]) -> str:
    """Return one sentence of the command."""
    return _told(SAID[sentence], figures, language)
