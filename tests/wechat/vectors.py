"""Vectors that others computed: the official sample of WeCom, and two of the specification."""

WECOM = {
    "token": "QDG6eK",
    "encoding_aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    "receive_id": "wx5823bf96d3bd56c7",
}
WECOM_TIMESTAMP = "1409659813"
WECOM_NONCE = "1372623149"
WECOM_SIGNATURE = "477715d11cdb4164915debcba66cb864d751f3e6"
WECOM_ENCRYPT = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3Qczc"
    "dCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLj"
    "vd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMn"
    "vw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k"
    "22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2u"
    "yPIGHBZZIs2pDBS8R07+qN+E7Q=="
)

ACCOUNT = {
    "token": "simtoken",
    "encoding_aes_key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    "receive_id": "wx1234567890abcdef",
}
TIMESTAMP = "1700000000"
NONCE = "987654321"
RANDOM16 = b"0123456789abcdef"
SIGNATURE = "3d0983082da934d362e12eebbe8a02586635cbfe"
MESSAGE = (
    "<xml><ToUserName><![CDATA[gh_sim]]></ToUserName>"
    "<FromUserName><![CDATA[oSIM0001]]></FromUserName><CreateTime>1700000000</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content>"
    "<MsgId>24500000000000001</MsgId></xml>"
).encode()
ENCRYPT = (
    "4j/AuRx71kQlxVlzbpsMWFou2Bq46ER+bdubAy60aXGSdqa8WCZe829AvY6DLv0T0W+o3g43M95xrncJqIL6sH4h"
    "ik/PQUCz4GsK881BRJZqnIJKRnFMZVAZo07JeznvSwE04A9mLjZryTi5eyuDfizlCpNnhW0mDPbb+kNvlHu28XWt"
    "wAm0wtR7TiNlZ2wIiFI1r+H1Nu789v30k6QTiu45XxZXnovJJ+PmQ649aCMJvXGLDJAbm0fKyqKwvXPdUStgNGLL"
    "US7/WCpZTKANNQHCZXW0nG5fYSyw5eVMtJ1zoqPTBSzaoxYVukevdPpdhxj0JeqjLpmUZGe+yt75wrr+P6LmPVt0"
    "7LU8BwOOfDUfm8nRtexFx2eu794eUfcs"
)
MSG_SIGNATURE = "c7544773eb8089d5bd7eb8b1273018b7c9685a5b"
