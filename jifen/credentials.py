"""The demo's own secrets: made at random once for a data folder, kept for its owner only."""

import os
import secrets
import string
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from msgspec import Struct

from loyalty.sealing import new_master_key

FILE = "demo.json"
LETTERS = string.ascii_letters + string.digits


class KeyPair(Struct, frozen=True):
    """An RSA key of 2048 bits with its public half, as PEM texts."""

    private: str
    public: str

    def __repr__(self) -> str:
        return "KeyPair(...)"


class Credentials(Struct, frozen=True):
    """What the demo's server and its simulator both know of the accounts they play with.

    ``mch_keys`` are the merchant's, ``pay_keys`` the platform's: each side is told the public half
    of the other's.
    """

    master_key: str
    app_id: str
    app_secret: str
    original_id: str
    token: str
    encoding_aes_key: str
    miniprogram_app_id: str
    miniprogram_app_secret: str
    miniprogram_push_token: str
    miniprogram_push_key: str
    staff_password: str
    corp_id: str
    corp_secret: str
    corp_token: str
    corp_encoding_aes_key: str
    mch_id: str
    mch_serial: str
    mch_keys: KeyPair
    pay_api_v3_key: str
    pay_public_key_id: str
    pay_keys: KeyPair
    wechat_shop_app_id: str
    wechat_shop_secret: str
    wechat_shop_token: str
    wechat_shop_encoding_aes_key: str
    douyin_shop_id: str
    douyin_secret: str
    tmall_app_key: str
    tmall_secret: str
    tmall_session: str
    tmall_refresh_token: str
    tmall_mix_key: str
    jd_vender_id: str
    jd_app_key: str
    jd_secret: str
    jd_access_token: str
    jd_refresh_token: str
    shopify_domain: str
    shopify_access_token: str
    shopify_secret: str
    till_secret: str

    def __repr__(self) -> str:
        return f"Credentials(app_id={self.app_id!r})"


def keep(data: Path) -> Credentials:
    """Return the folder's credentials; what it lacks, all or some, is made now and kept.

    Raises:
        msgspec.MsgspecError: the file is damaged. OSError: it cannot be read or written.
    """
    file = data / FILE
    kept = msgspec.json.decode(file.read_bytes(), type=dict[str, Any]) if file.exists() else {}
    if not kept.keys() >= set(Credentials.__struct_fields__):
        kept = {**msgspec.to_builtins(_made()), **kept}
        data.mkdir(parents=True, exist_ok=True)
        half = data / f"{FILE}.half"
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
            written.write(msgspec.json.encode(kept))
        half.rename(file)
    return msgspec.convert(kept, Credentials)


def _made() -> Credentials:
    return Credentials(
        master_key=new_master_key(),
        app_id="wx" + secrets.token_hex(8),
        app_secret=secrets.token_hex(16),
        original_id="gh_" + secrets.token_hex(6),
        token=_letters(24),
        encoding_aes_key=_encoding_aes_key(),
        miniprogram_app_id="wx" + secrets.token_hex(8),
        miniprogram_app_secret=secrets.token_hex(16),
        miniprogram_push_token=_letters(24),
        miniprogram_push_key=_encoding_aes_key(),
        staff_password=_letters(12),
        corp_id="ww" + secrets.token_hex(8),
        corp_secret=_letters(43),
        corp_token=_letters(24),
        corp_encoding_aes_key=_encoding_aes_key(),
        mch_id=f"19{secrets.randbelow(10**8):08}",
        mch_serial=secrets.token_hex(20).upper(),
        mch_keys=key_pair(),
        pay_api_v3_key=_letters(32),
        pay_public_key_id=f"PUB_KEY_ID_{secrets.randbelow(10**20):020}",
        pay_keys=key_pair(),
        wechat_shop_app_id="wx" + secrets.token_hex(8),
        wechat_shop_secret=secrets.token_hex(16),
        wechat_shop_token=_letters(24),
        wechat_shop_encoding_aes_key=_encoding_aes_key(),
        douyin_shop_id=f"4{secrets.randbelow(10**6):06}",
        douyin_secret=_letters(32),
        tmall_app_key=f"2{secrets.randbelow(10**7):07}",
        tmall_secret=secrets.token_hex(16),
        tmall_session="6100" + secrets.token_hex(24),
        tmall_refresh_token="6101" + secrets.token_hex(24),
        tmall_mix_key=_letters(16),
        jd_vender_id=f"1{secrets.randbelow(10**7):07}",
        jd_app_key=secrets.token_hex(16).upper(),
        jd_secret=secrets.token_hex(16),
        jd_access_token=secrets.token_hex(16),
        jd_refresh_token=secrets.token_hex(16),
        shopify_domain=f"jifen-{secrets.token_hex(3)}.myshopify.com",
        shopify_access_token="shpat_" + secrets.token_hex(16),
        shopify_secret=secrets.token_hex(16),
        till_secret=secrets.token_hex(32),
    )


def key_pair() -> KeyPair:
    """Return a new RSA key."""
    key = generate_private_key(65537, 2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private.decode(), public.decode())


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def _encoding_aes_key() -> str:
    """43 letters that decode to 32 bytes: the last stands for four bits, so it ends in zeros."""
    return _letters(42) + secrets.choice("AEIMQUYcgkosw048")
