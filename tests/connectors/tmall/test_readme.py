"""The README's file, read as `jifen connect` reads it."""

import re
from pathlib import Path

from connectors.tmall import signature
from jifen.connecting import _read
from loyalty.connections import TmallSettings

README = Path(signature.__file__).with_name("README.md").read_text()


def test_the_file_of_the_readme_is_taken(tmp_path: Path) -> None:
    found = re.search(r"```toml\n(.*?)```", README, re.DOTALL)
    assert found
    file = tmp_path / "shop.toml"
    file.write_text(
        found[1].replace("# shop_code", "shop_code").replace("# seller_id", "seller_id")
    )
    name, settings = _read(file)
    assert isinstance(settings, TmallSettings)
    assert (name, settings.scope, settings.shop_kind) == ("天猫旗舰店", "flagship", "tmall")
    assert settings.seller_id == "2200000000001"


def test_the_readme_names_every_field_that_is_not_certain() -> None:
    of_connecting = {"app_key", "app_secret", "session", "calls_per_second", "history_days"}
    for name in set(TmallSettings.__struct_fields__) - of_connecting:
        assert f"`{name}`" in README or f"{name} =" in README, name
    (parts,) = [one for one in README.splitlines() if one.startswith("| `not_own_money`")]
    default = next(
        value
        for name, value in zip(
            reversed(TmallSettings.__struct_fields__),
            reversed(TmallSettings.__struct_defaults__),
            strict=False,
        )
        if name == "not_own_money"
    )
    assert all(f"`{part}`" in parts for part in default)
