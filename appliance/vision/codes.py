"""The serial number from a code in the picture: DataMatrix, QR or Code 128, read by ZXing.

At teach time the first golden picture is searched whole (half a second); afterwards only the
taught region with a margin is, which takes a few milliseconds and so needs no deadline.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import zxingcpp

from appliance.board.layout import CODE_PREFIX
from appliance.recipe.values import CodeRegion
from appliance.terms import Rect
from appliance.vision.crop import Pixels
from appliance.vision.pose import Pose

SYMBOLOGIES = ("DataMatrix", "QRCode", "Code128")
LONGEST_SERIAL = 64
_MOST_REGION_PX = 1_000_000
"""A region may not be larger: it bounds the time of reading."""


def find_code(frame: Pixels) -> tuple[CodeRegion, str] | None:
    """Search the whole (H, W, 3) frame: where a code stands, and its text. None without one.

    With several codes the upper left one is taken."""
    green = np.ascontiguousarray(frame[:, :, 1])
    found = sorted(_read(green, SYMBOLOGIES), key=lambda code: (code[1][1], code[1][0]))
    for symbology, (x0, y0, x1, y1), text in found:
        side = max(x1 - x0, y1 - y0, 16)
        height, width = green.shape
        rect = Rect(
            xmin_px=float(max(0, x0 - side / 2)),
            ymin_px=float(max(0, y0 - side / 2)),
            xmax_px=float(min(width, x1 + side / 2)),
            ymax_px=float(min(height, y1 + side / 2)),
        )
        if rect.width_px * rect.height_px <= _MOST_REGION_PX:
            return CodeRegion(rect=rect, symbology=symbology), text
    return None


def read_code(frame: Pixels, region: CodeRegion, pose: Pose) -> str | None:
    """The text of the code in the recipe's region, None where none can be read."""
    height, width = frame.shape[:2]
    x0, y0, x1, y1 = pose.box(region.rect)
    left, top = max(0, int(x0)), max(0, int(y0))
    right, bottom = min(width, int(x1) + 1), min(height, int(y1) + 1)
    if right - left < 8 or bottom - top < 8 or (right - left) * (bottom - top) > _MOST_REGION_PX:
        return None
    green = np.ascontiguousarray(frame[top:bottom, left:right, 1])
    return next((text for _, _, text in _read(green, (region.symbology,))), None)


def _read(
    gray: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], symbologies: Iterable[str]
) -> list[tuple[str, tuple[int, int, int, int], str]]:
    """(symbology, box, text) of each readable code with printable text of a serial's length."""
    codes = []
    plain = zxingcpp.TextMode.Plain
    for symbology in symbologies:
        wanted = getattr(zxingcpp.BarcodeFormat, symbology)
        for code in zxingcpp.read_barcodes(gray, formats=wanted, text_mode=plain):
            text = code.text.strip()
            if text.startswith(CODE_PREFIX):
                continue  # the cradle's own name is no serial
            if code.valid and text.isprintable() and 0 < len(text) <= LONGEST_SERIAL:
                place = code.position
                corners = (
                    place.top_left, place.top_right, place.bottom_left, place.bottom_right,
                )  # fmt: skip
                xs, ys = [c.x for c in corners], [c.y for c in corners]
                codes.append((symbology, (min(xs), min(ys), max(xs), max(ys)), text))
    return codes
