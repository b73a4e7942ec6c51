"""What an operator sets wrongly is named, with what it should be."""

import pytest

from jifen.settings import BadSettings, read


def test_what_is_not_set_has_its_default() -> None:
    settings = read({})
    assert (settings.port, settings.trusted_proxies, settings.public_url) == (8080, 0, "")


def test_a_public_address_is_kept_without_its_slash() -> None:
    found = read({"JIFEN_PUBLIC_URL": "https://crm.example.com/"})
    assert found.public_url == "https://crm.example.com"
    assert read({"JIFEN_PUBLIC_URL": "HTTPS://CRM.Example.com"}) == found
    assert read({"JIFEN_PUBLIC_URL": "http://127.0.0.1:9"}).public_url == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JIFEN_PUBLIC_URL", "crm.example.com"),
        ("JIFEN_PUBLIC_URL", "ftp://crm.example.com"),
        ("JIFEN_PUBLIC_URL", "https://"),
        ("JIFEN_PUBLIC_URL", "https://crm.example.com/console"),
        ("JIFEN_PUBLIC_URL", "https://crm.example.com?a=1"),
        ("JIFEN_PUBLIC_URL", "https://me:secret@crm.example.com"),
        ("JIFEN_PUBLIC_URL", "https://crm example.com"),
        ("JIFEN_PUBLIC_URL", "http://["),
        ("JIFEN_PORT", "0"),
        ("JIFEN_PORT", "99999"),
        ("JIFEN_POOL_SIZE", "many"),
        ("JIFEN_TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_setting_that_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        read({name: value})


def test_one_server_alone_is_refused_by_the_name_of_the_other() -> None:
    with pytest.raises(BadSettings, match="REDIS_URL is not set"):
        read({"DATABASE_URL": "postgresql://x/y"})
    with pytest.raises(BadSettings, match="DATABASE_URL is not set"):
        read({"REDIS_URL": "redis://x"})
