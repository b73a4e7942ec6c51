"""What the mini-program asks of us: the URL map. All but the login and the brand need a session."""

from aiohttp import web

from miniprogram_api import brand, language, ledger, me, session
from web.session import Shopper, shopper
from web.typed import Api, Part, delete, get, post, put

OPERATIONS = (
    post("/session", session.sign_in, http_status=201),
    delete("/session", session.sign_out),
    get("/brand", brand.read),
    get("/me", me.read),
    get("/me/ledger", ledger.read),
    put("/me/language", language.choose),
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
