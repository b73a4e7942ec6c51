"""What a person reads, in Chinese and English: refusals of files, sums, what happens."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.files.words import Words, told

_ONE_OF_MANY = re.compile(r"(?<![\w.,])(1 (?:parked )?(?:order|row|line|key|day))s\b")

SKIPPED: dict[str, Words] = {
    "unpaid": ("等待付款", "not paid yet"),
    "closed_unpaid": ("未付款已关闭", "closed without payment"),
    "not_paid": ("未付款", "not paid"),
}

REMARKS: dict[str, Words] = {
    "without_buyer": (
        "单没有可用的买家名（空白或被打码），已入库，但不属于任何会员",
        "orders without a usable buyer (blank or masked): recorded, but nobody's",
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
        "{kind} 文件在第 {row} 行之后损坏；之前读完整的订单已入库",
        "the {kind} file is damaged after row {row}; orders read whole before are recorded",
    ),
    "unpacks_too_large": (
        "解压后太大（{part} {bytes} 字节）",
        "it unpacks to too much ({part} {bytes} bytes)",
    ),
    "no_such_sheet": ("没有工作表 {sheet}；有：{sheets}", "no sheet {sheet}; there are: {sheets}"),
    "cut_in_the_middle": (
        "文件在第 {row} 行中间断了；之前读完整的订单已入库",
        "the file ends in the middle of row {row}; orders read whole before it are recorded",
    ),
    "open_quote": (
        "第 {row} 行（文本第 {line} 行）的引号没有结束；之前读完整的订单已入库",
        "a quote opened in row {row} (line {line}) never ends; orders read whole before it are"
        " recorded",
    ),
    "wrong_encoding": (
        "第 {row} 行起不是 {encoding} 编码；之前读完整的订单已入库",
        "from row {row} on it is not {encoding}; orders read whole before are recorded",
    ),
    "vanished": (
        "读到第 {row} 行时文件读不到了；之前读完整的订单已入库",
        "the file could not be read any more at row {row}; orders read whole before are recorded",
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
    "mapping_lacks": ("映射文件缺少 {field}", "the mapping file lacks {field}"),
    "mapping_value": ("映射文件的 {field}：{reason}", "mapping file, {field}: {reason}"),
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
    "joined": (
        "{name}：各行都已并入其他报表的订单",
        "{name}: all rows belong to orders of the other reports",
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
        "parked in all: {rows} rows; --export-parked FILE.csv writes them out to be corrected",
    ),
    "parked_rows_dry": (
        "共 {rows} 行会被搁置，可用 --parked 文件.csv 导出查看",
        "would be parked in all: {rows} rows; --parked FILE.csv writes them out",
    ),
    "exported": ("搁置的 {rows} 行已写入 {files}", "wrote {rows} parked rows to {files}"),
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


def refusal(code: str, figures: Mapping[str, Any], language: str) -> str:
    """Return why a file, a mapping or an argument is refused."""
    said = told(REFUSALS.get(code, (code, code)), figures, language)
    return f"{figures['file']}: {said}" if "file" in figures and "{file}" not in said else said


def skipped(code: str, language: str) -> str:
    """Return why orders were left out."""
    return told(SKIPPED.get(code, (code, code)), {}, language)


def remark(code: str, language: str) -> str:
    """Return what is to be known of orders that were recorded."""
    return told(REMARKS.get(code, (code, code)), {}, language)


def said(sentence: str, language: str, figures: Mapping[str, Any]) -> str:
    """Return one sentence of the command; English says one order, not one orders."""
    whole = told(SAID[sentence], figures, language)
    return _ONE_OF_MANY.sub(r"\1", whole) if language == "en" else whole
