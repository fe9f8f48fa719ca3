"""What the tests of updates share: the maker's key as the unit trusts it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from appliance.update.keys import TrustedKey
from tests.update.tiny import MAKER


@pytest.fixture(scope="session")
def trusted() -> Mapping[str, TrustedKey]:
    key = TrustedKey(public=MAKER.public_key().public_bytes_raw(), comment="the maker")
    return {key.key_id: key}
