"""What the corp's app may call of contact ways: make, change, list, take away (C7)."""

import io

import msgspec
import segno
from yarl import URL

from simulator.api import OK, Answer, Call, Raw
from simulator.errors import Refused
from simulator.wecom.contact_ways import ContactWay, ContactWayRequest
from simulator.wecom.corp import corp_of
from simulator.wecom.door import BASE, QyEndpoint

API = f"{BASE}/cgi-bin/externalcontact"
PICTURES = f"{BASE}/contact"


class ListRequest(msgspec.Struct):
    """Body of list_contact_way."""

    cursor: str = ""
    limit: int = 100


async def add(call: Call) -> Answer:
    """A new contact way, with the address of its code."""
    way = corp_of(call.china).contact_ways.add(call.json(ContactWayRequest))
    call.china.stream.publish("state", {})
    return {**OK, "config_id": way.config_id, "qr_code": _address(way, call)}


async def get(call: Call) -> Answer:
    """A contact way."""
    way = corp_of(call.china).contact_ways.get(call.json(ContactWayRequest).config_id)
    told = msgspec.structs.asdict(way)
    del told["scans"]
    return {**OK, "contact_way": {**told, "qr_code": _address(way, call)}}


async def update(call: Call) -> Answer:
    """Changes a contact way; its code stays."""
    corp_of(call.china).contact_ways.update(call.json(ContactWayRequest))
    call.china.stream.publish("state", {})
    return OK


async def remove(call: Call) -> Answer:
    """Takes a contact way away."""
    corp_of(call.china).contact_ways.remove(call.json(ContactWayRequest).config_id)
    call.china.stream.publish("state", {})
    return OK


async def listed(call: Call) -> Answer:
    """The ids of the app's contact ways, a page at a time."""
    asked = call.json(ListRequest)
    if not 1 <= asked.limit <= 1000 or (asked.cursor and not asked.cursor.isdecimal()):
        raise Refused(40058)
    ids = list(corp_of(call.china).contact_ways.by_config_id)
    start = int(asked.cursor or 0)
    end = start + asked.limit
    page = [{"config_id": one} for one in ids[start:end]]
    return {**OK, "contact_way": page, "next_cursor": str(end) if end < len(ids) else ""}


def _address(way: ContactWay, call: Call) -> str:
    return f"{URL(call.url).origin()}{PICTURES}/{way.config_id}"


async def picture(call: Call) -> Answer:
    """The code of a contact way; 404 where there is none."""
    ways = corp_of(call.china).contact_ways.by_config_id
    way = ways.get(call.path.rpartition("/")[2])
    if way is None:
        return Raw(b"", "text/html", 404)
    drawn = io.BytesIO()
    segno.make(_address(way, call), error="m").save(drawn, kind="png", scale=8)
    return Raw(drawn.getvalue(), "image/png")


ENDPOINTS = (
    QyEndpoint("POST", f"{API}/add_contact_way", add, empty={"config_id": ""}),
    QyEndpoint("POST", f"{API}/get_contact_way", get),
    QyEndpoint("POST", f"{API}/update_contact_way", update),
    QyEndpoint("POST", f"{API}/del_contact_way", remove),
    QyEndpoint("POST", f"{API}/list_contact_way", listed, empty={"contact_way": []}),
    QyEndpoint("GET", f"{PICTURES}/{{config_id}}", picture, needs_token=False),
)
