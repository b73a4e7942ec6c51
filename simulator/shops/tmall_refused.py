"""How the open platform (TOP) says no."""

import secrets


class TopRefused(Exception):
    """The platform's refusal."""

    def __init__(self, code: int, msg: str, sub_code: str, sub_msg: str = "") -> None:
        super().__init__(sub_code)
        self.told = {
            "code": code,
            "msg": msg,
            "sub_code": sub_code,
            "sub_msg": sub_msg,
            "request_id": secrets.token_hex(6),
        }
