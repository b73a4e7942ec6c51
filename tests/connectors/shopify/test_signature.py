"""The golden vector of webhooks."""

from connectors.shopify.signature import fits, signature

SECRET = "shpss_demo"
BODY = b'{"id":820982911946154508,"total_price":"254.98","currency":"CNY"}'
SIGNED = "mOGUZ8xhIplovDHJxbVgeKwNrdLF1RnY+vLdj7pwSmI="


def test_a_webhook_is_signed_as_shopify_signs_it() -> None:
    assert signature(SECRET, BODY) == SIGNED


def test_a_webhook_is_verified_over_its_very_bytes() -> None:
    assert fits(SIGNED, [SECRET], body=BODY)
    assert fits(SIGNED, ["new", SECRET], body=BODY), "while the secret is rotated"
    assert not fits(SIGNED, [SECRET], body=BODY + b"\n")
    assert not fits(SIGNED, ["another"], body=BODY)
    assert not fits("林", [SECRET], body=BODY)
    assert not fits(SIGNED, [], body=BODY)
    assert not fits("\udcff", [SECRET], body=BODY), "a byte of no text"
