"""The settings of accounts say which account they are of, and none of its secrets."""

from typing import get_args

import msgspec
import pytest

from loyalty.connections import PlatformSettings
from loyalty.connections.shape import AccountSettings

KINDS = get_args(PlatformSettings)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_settings_show_what_names_the_account_and_nothing_else(kind: type[AccountSettings]) -> None:
    entered = {one.name: f"the {one.name}" for one in msgspec.structs.fields(kind) if one.required}
    told = kind(**entered)
    assert told.scope == f"the {kind.named_by}"
    assert repr(told) == f"{kind.__name__}({kind.named_by}='the {kind.named_by}')"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_setting_that_is_none_is_refused_by_its_name(kind: type[AccountSettings]) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `misspelt`"):
        msgspec.convert({"type": kind.__struct_config__.tag, "misspelt": 1}, kind)
