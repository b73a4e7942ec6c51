"""Reads and writes the platform's XML: text nodes in CDATA, whole numbers bare."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Node: TypeAlias = "str | int | float | Mapping[str, Node] | Sequence[Mapping[str, Node]]"


# What XML 1.0 has no place for.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


class Malformed(Exception):
    """Bytes that are no XML document as the platform accepts it; says what is wrong."""


def render(nodes: Mapping[str, Node]) -> str:
    """`<xml>` with one child a node. A list repeats its node, a mapping nests."""
    return f"<xml>{inner(nodes)}</xml>"


def inner(nodes: Mapping[str, Node]) -> str:
    """The children alone, without the `<xml>` around them."""
    return "".join(_node(name, content) for name, content in nodes.items())


def _node(name: str, content: Node) -> str:
    if isinstance(content, str):
        return f"<{name}>{_cdata(content)}</{name}>"
    if isinstance(content, int | float):
        return f"<{name}>{content}</{name}>"
    if isinstance(content, Mapping):
        return f"<{name}>{inner(content)}</{name}>"
    return "".join(_node(name, each) for each in content)


def _cdata(text: str) -> str:
    return "<![CDATA[" + _ILLEGAL.sub("", text).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def is_name(name: str) -> bool:
    """Whether a node may have this name."""
    return _NAME.fullmatch(name) is not None


def parse(document: bytes) -> ElementTree.Element:
    """The `<xml>` element of a document in UTF-8. Raises: Malformed."""
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise Malformed("a document type is not allowed")
    try:
        document.decode("utf-8")
        root = ElementTree.fromstring(document)
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Malformed(f"not well-formed XML: {error}") from error
    if root.tag != "xml":
        raise Malformed(f"the root is <{root.tag}>, not <xml>")
    return root


def text(element: ElementTree.Element, path: str) -> str:
    """The text at `path`, as sent, or an empty string where there is none."""
    return element.findtext(path) or ""
