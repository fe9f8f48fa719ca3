"""Keys whose signatures say nothing are nobody's."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.care.key import is_of_small_order, is_signed, public_bytes

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ZERO = (0, 1)
Point = tuple[int, int]


def plus(one: Point, other: Point) -> Point:
    """On the twisted Edwards curve of RFC 8032, section 5.1: -x² + y² = 1 + d x² y²."""
    (x1, y1), (x2, y2) = one, other
    k = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P
    return x, y


def point(y: int) -> Point | None:
    """RFC 8032, section 5.1.3; None where no x fits."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (x, y) if x * x % P == square else None


def times_eight(at: Point) -> Point:
    for _ in range(3):
        at = plus(at, at)
    return at


def small_ones() -> list[int]:
    """By the curve itself: P of order eight has 2P of order four, so y² of it solves
    d y⁴ + 2 y² - 1 = 0 (from x² = -y² and the curve's equation)."""
    root = pow((1 + D) % P, (P + 3) // 8, P)
    if root * root % P != (1 + D) % P:
        root = root * pow(2, (P - 1) // 4, P) % P
    assert root * root % P == (1 + D) % P
    found = {0, 1, P - 1}
    for square in ((-1 + sign * root) * pow(D, -1, P) % P for sign in (1, -1)):
        y = pow(square, (P + 3) // 8, P)
        if y * y % P != square:
            y = y * pow(2, (P - 1) // 4, P) % P
        if y * y % P == square and point(y) is not None:
            found |= {y, P - y}
    return sorted(found)


def test_the_curves_own_small_points_are_known() -> None:
    found = small_ones()
    assert len(found) == 5
    for y in found:
        at = point(y)
        assert at is not None
        assert times_eight(at) == ZERO
        for written in (y, y + P):  # also as no proper program writes it
            if written < 2**255:
                for sign in (0, 1):
                    assert is_of_small_order((written | sign << 255).to_bytes(32, "little"))


def test_keys_of_units_are_none() -> None:
    for seed in range(50):
        key = Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32, "big"))
        assert not is_of_small_order(public_bytes(key))


@pytest.mark.parametrize("message", [b"%d" % number for number in range(16)])
def test_the_key_of_zeros_signs_nothing(message: bytes) -> None:
    """OpenSSL takes its signature of zeros for about every fourth message."""
    assert not is_signed(bytes(32), bytes(64), message)
