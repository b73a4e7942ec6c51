"""Bodies of callbacks, XML or JSON, read into plain nodes.

The reader knows no DTD, no entity and no processing instruction, so that nothing can be fetched
or multiplied through it. Everything stays text: ids exceed 2**53, and the same field comes as
number in one event and as string in the next.

Nearly all that the platform sends is texts side by side, without a markup character in them. One
expression reads that, to what the parser would give, at a fraction of its cost.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn
from xml.parsers import expat

from wechat.errors import BadJson, BadXml, TooLarge

BODY_LIMIT_BYTES = 64 * 1024
DEPTH_LIMIT = 10
NODE_LIMIT = 2000

_SPACE = " \t\n"
# <Name>text</Name> or <Name><![CDATA[text]]></Name>, the text of characters that mean nothing else
_NODE = re.compile(
    "<([A-Za-z][A-Za-z0-9_]*+)>"
    r"(<!\[CDATA\[)?+"
    r"([^\]<&\x00-\x08\x0b-\x1f]*+)"
    r"(?(2)\]\]>)</\1>"
)

# A node is text, holds nodes, or stands for several of the same name.
Node = str | dict[str, Any] | list[Any]
Fields = Mapping[str, Node]


def read_xml(body: bytes, root: str = "xml") -> dict[str, Node]:
    """Read the nodes inside `<xml>`, or the root that another platform writes.

    Raises:
        BadXml: broken, not UTF-8, with a DTD, too deep, or with too many nodes.
        TooLarge: more than 64 KB.
    """
    _check_size(body)
    fields = _side_by_side(body) if root == "xml" else None
    return _parsed(body, root) if fields is None else fields


def _side_by_side(body: bytes) -> dict[str, Node] | None:
    """Read texts that stand side by side; None where it takes a parser to say what there is."""
    try:
        text = body.decode().strip(_SPACE)
    except UnicodeDecodeError:
        return None
    if not (text.startswith("<xml>") and text.endswith("</xml>")):
        return None
    if "\ufffe" in text or "\uffff" in text:
        return None
    pieces = _NODE.split(text[5:-6])  # what stands between, name, CDATA or None, text; and so on
    fields: dict[str, Node] = dict(zip(pieces[1::4], pieces[3::4], strict=True))
    is_all = fields and len(fields) == len(pieces) // 4 < NODE_LIMIT
    return fields if is_all and not "".join(pieces[::4]).strip(_SPACE) else None


def _parsed(body: bytes, root: str = "xml") -> dict[str, Node]:
    if b"\0" in body:  # expat would read UTF-16, whatever encoding it is told
        raise BadXml("a NUL, or not UTF-8")
    read: dict[str, Node] = {}
    try:
        _parser(read).Parse(body, True)
    except expat.ExpatError as error:
        raise BadXml(str(error)) from None
    top = read.get(root)
    if not isinstance(top, dict):
        raise BadXml(f"the root is not <{root}> with nodes in it")
    return top


def read_json(body: bytes) -> dict[str, Node]:
    """Read the fields of an object; numbers keep the text they came in.

    Raises:
        BadJson: broken, not UTF-8, not an object, or too deep.
        TooLarge: more than 64 KB.
    """
    _check_size(body)
    try:
        read = json.loads(body.decode(), parse_int=str, parse_float=str, parse_constant=_no_number)
        if not isinstance(read, dict):
            raise BadJson("not an object")
        return {name: _node(value, DEPTH_LIMIT) for name, value in read.items()}
    except (ValueError, RecursionError) as error:
        raise BadJson(type(error).__name__) from None


def _check_size(body: bytes) -> None:
    if len(body) > BODY_LIMIT_BYTES:
        raise TooLarge(f"more than {BODY_LIMIT_BYTES} bytes")


def _parser(root: dict[str, Node]) -> expat.XMLParserType:
    """A parser that writes what it reads into `root`.

    Closures over plain lists are the fastest handlers, and leave no cycle behind.
    """
    open_nodes: list[dict[str, Node]] = [root]
    texts: list[str] = []
    nodes_left = NODE_LIMIT

    def start(name: str, _: object) -> None:
        nonlocal nodes_left
        nodes_left -= 1
        if nodes_left < 0 or len(open_nodes) > DEPTH_LIMIT:
            raise BadXml("too many nodes, or too deep")
        texts.clear()
        open_nodes.append({})

    def end(name: str) -> None:
        node: Node = open_nodes.pop() or "".join(texts)  # text counts where no node stands
        texts.clear()
        siblings = open_nodes[-1]
        if name not in siblings:
            siblings[name] = node
        elif isinstance(earlier := siblings[name], list):
            earlier.append(node)
        else:
            siblings[name] = [earlier, node]

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = texts.append
    parser.StartDoctypeDeclHandler = _forbidden
    parser.EntityDeclHandler = _forbidden
    parser.ProcessingInstructionHandler = _forbidden
    return parser


def _forbidden(*_: object) -> NoReturn:
    raise BadXml("a DTD, an entity or a processing instruction")


def _node(value: Any, depth_left: int) -> Node:
    if isinstance(value, str):
        value.encode()  # a lone surrogate could not be stored or answered
        if "\0" in value:
            raise BadJson("a NUL")
        return value
    if depth_left == 0:
        raise BadJson("too deep")
    if isinstance(value, list):
        return [_node(each, depth_left - 1) for each in value]
    if isinstance(value, dict):
        return {name: _node(each, depth_left - 1) for name, each in value.items()}
    return "" if value is None else str(value).lower()


def _no_number(name: str) -> NoReturn:
    raise BadJson(f"{name} is no number")
