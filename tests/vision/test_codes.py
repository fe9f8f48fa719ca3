"""The serial is read where the recipe says, and nothing is made up."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import zxingcpp
from teaching import HEIGHT_PX, WIDTH_PX, picture

from appliance.recipe import CodeRegion
from appliance.terms import Rect
from appliance.vision.codes import find_code, read_code
from appliance.vision.crop import Pixels
from appliance.vision.pose import Pose
from hw.sim.generator import GeneratedBoard


def with_code(symbology: str, text: str, at: tuple[int, int]) -> Pixels:
    frame = np.full((600, 800, 3), 90, np.uint8)
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, symbology))
    image = np.array(code.to_image(scale=4, add_quiet_zones=True))
    x, y = at
    frame[y : y + image.shape[0], x : x + image.shape[1]] = image[:, :, None]
    return frame


@pytest.mark.parametrize("symbology", ["DataMatrix", "QRCode", "Code128"])
def test_a_code_is_found_and_read_again_on_a_moved_board(symbology: str) -> None:
    found = find_code(with_code(symbology, "SN-000123", (200, 300)))
    assert found is not None
    region, text = found
    assert (region.symbology, text) == (symbology, "SN-000123")
    moved = with_code(symbology, "SN-000777", (212, 293))
    assert read_code(moved, region, Pose(tx_px=12.0, ty_px=-7.0)) == "SN-000777"
    assert read_code(np.zeros_like(moved), region, Pose()) is None


def test_generated_boards_carry_their_serial() -> None:
    found = find_code(picture(0))
    assert found is not None
    assert found[1] == GeneratedBoard(seed=0).serial
    assert read_code(picture(5), found[0], Pose()) == GeneratedBoard(seed=5).serial


def test_a_board_without_a_code_has_none() -> None:
    assert find_code(np.full((HEIGHT_PX, WIDTH_PX, 3), 60, np.uint8)) is None


def test_of_several_codes_the_upper_one_is_taken() -> None:
    frame = with_code("DataMatrix", "UPPER", (500, 60))
    lower = with_code("QRCode", "LOWER", (100, 400))
    frame[300:] = lower[300:]
    found = find_code(frame)
    assert found is not None
    assert found[1] == "UPPER"


def test_a_region_outside_the_frame_reads_nothing() -> None:
    rect = Rect(xmin_px=100, ymin_px=100, xmax_px=200, ymax_px=200)
    region = CodeRegion(rect=rect, symbology="QRCode")
    frame = with_code("QRCode", "X", (100, 100))
    assert read_code(frame, region, Pose(tx_px=5000.0)) is None


def test_unprintable_text_is_no_serial() -> None:
    frame = with_code("QRCode", "SN\x07\x1b[31m", (200, 200))
    assert zxingcpp.read_barcodes(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY))
    assert find_code(frame) is None
