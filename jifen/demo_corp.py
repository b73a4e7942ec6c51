"""The demo's WeCom corp, as our server, the simulator and other programs are told it."""

from jifen.credentials import Credentials
from jifen.seeds import communities
from loyalty.connections import WeComSettings
from simulator import settings as simulator_settings

API = "/qyapi"
AGENT_ID = 1_000_002
DESK = "wkJIFENDEMO"


def connected(known: Credentials, *, page: str) -> WeComSettings:
    """Return what our server knows of it; ``page`` is the simulator's address."""
    return WeComSettings(
        corp_id=known.corp_id,
        secret=known.corp_secret,
        token=known.corp_token,
        encoding_aes_key=known.corp_encoding_aes_key,
        agent_id=AGENT_ID,
        api_base=page + API,
        login_base=page + API,
    )


def simulated(known: Credentials, *, server: str) -> simulator_settings.WeCom:
    """Return what the simulator knows of it; ``server`` is our address."""
    return simulator_settings.WeCom(
        corp_id=known.corp_id,
        secret=known.corp_secret,
        token=known.corp_token,
        encoding_aes_key=known.corp_encoding_aes_key,
        callback_url=_callback(known, server),
        agent_id=AGENT_ID,
        staff=(communities.OWNER,),
        help_desks=(simulator_settings.HelpDesk(DESK, "积分客服", (communities.OWNER,)),),
        groups=(
            simulator_settings.Group(
                communities.CHAT_ID,
                communities.NAME,
                communities.OWNER,
                capacity=communities.CAPACITY,
            ),
        ),
    )


def told(known: Credentials, *, page: str, server: str) -> dict[str, str]:
    """Return what other programs need to play its part."""
    return {
        "corp_id": known.corp_id,
        "secret": known.corp_secret,
        "token": known.corp_token,
        "encoding_aes_key": known.corp_encoding_aes_key,
        "api": page + API,
        "callback": _callback(known, server),
        "chat_id": communities.CHAT_ID,
        "help_desk": DESK,
    }


def _callback(known: Credentials, server: str) -> str:
    return f"{server}/wecom/{known.corp_id}"
