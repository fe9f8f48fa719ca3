"""Pictures for people: the board with numbered marks, and golden beside seen.

Colour never stands alone: a DEFECT has a red frame and a square mark, an UNSURE window an amber
frame and a round one, and the list under the picture says the word.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from appliance.recipe import Recipe, reference_bytes
from appliance.terms import Call, HeatMap, Inspection, Rect, Verdict, Window, WindowResult
from appliance.vision.crop import Pixels, native_origin
from appliance.vision.pose import Pose

Colour = tuple[int, int, int]
RED: Colour = (48, 48, 230)
AMBER: Colour = (0, 176, 255)
GREEN: Colour = (96, 190, 96)
GREY: Colour = (150, 150, 150)
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (16, 16, 16)

VERDICT_COLOURS = {
    Verdict.PASS: GREEN,
    Verdict.REVIEW: AMBER,
    Verdict.FAIL: RED,
    Verdict.FAULT: GREY,
}
WIDTH_PX = 1920
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_HEADER_PX = 72
_LINE_PX = 34
_MOST_LINES = 12


def suspects(inspection: Inspection) -> tuple[WindowResult, ...]:
    """The windows that are not GOOD in the order of their numbers: defects first, worst first."""
    found = [each for each in inspection.windows if each.call is not Call.GOOD]
    return tuple(sorted(found, key=lambda each: (each.call is not Call.DEFECT, -each.score)))


def annotated(frame: Pixels, recipe: Recipe, inspection: Inspection) -> Pixels:
    """The board, 1920 px wide, with a line for the verdict, every window framed, suspects
    numbered with their heat maps, and a list of the suspects. (H, W, 3) uint8 BGR."""
    scale = min(1.0, WIDTH_PX / frame.shape[1])
    size = round(frame.shape[1] * scale), round(frame.shape[0] * scale)
    board = np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    shown = suspects(inspection)
    if inspection.alignment is not None:
        pose = Pose.from_alignment(
            inspection.alignment, width_px=frame.shape[1], height_px=frame.shape[0]
        )
        boxes = {w.component: _scaled(pose.box(w.rect), scale) for w in recipe.windows}
        regions = {
            w.component: _scaled(pose.box(recipe.crop.region(w.rect)), scale)
            for w in recipe.windows
        }
        for each in inspection.windows:
            if each.call is Call.GOOD:
                x0, y0, x1, y1 = boxes[each.component]
                cv2.rectangle(board, (x0, y0), (x1, y1), GREEN, 1, cv2.LINE_AA)
        for each in shown:
            heat = inspection.heat_maps.get(each.component)
            if heat is not None and heat.size:
                _blend(board, regions[each.component], heat)
        for each in shown:
            x0, y0, x1, y1 = boxes[each.component]
            cv2.rectangle(board, (x0, y0), (x1, y1), _colour(each), 3, cv2.LINE_AA)
        for number, each in reversed(list(enumerate(shown, start=1))):
            x0, y0, _, _ = boxes[each.component]
            _mark(board, (x0, y0), number, each)
    return np.vstack([_header(size[0], inspection), board, _list(size[0], shown)])


def heat_picture(heat: HeatMap, size_px: int = 256) -> Pixels:
    """A heat map alone, dark where it is as on good boards; (size, size, 3) uint8 BGR."""
    level = np.clip(heat, 0.0, 1.0)
    small = np.asarray(np.rint(level * 255), dtype=np.uint8)
    large = cv2.resize(small, (size_px, size_px), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.applyColorMap(large, cv2.COLORMAP_INFERNO), dtype=np.uint8)


def golden_picture(recipe: Recipe, component: str) -> Pixels:
    """The window with its margin on the first golden board where it is good, upright."""
    number, golden = recipe.goldens_of(component)[0]
    window = recipe.window(component)
    pixels = cv2.imdecode(
        np.frombuffer(reference_bytes(recipe, component, number), np.uint8), cv2.IMREAD_COLOR
    )
    origin = native_origin(
        recipe.picture.width_px, recipe.picture.height_px, window.rect, golden.pose, recipe.crop
    )
    return _upright(
        np.asarray(pixels, dtype=np.uint8), origin, recipe.crop.region(window.rect), golden.pose
    )


def seen_picture(frame: Pixels, recipe: Recipe, window: Window, inspection: Inspection) -> Pixels:
    """The same view of the window on the inspected board. Raises `ValueError` when the board
    was not found in the frame, so that nothing is shown in a wrong place."""
    if inspection.alignment is None:
        raise ValueError("the board was not found in this frame, so its windows can't be shown")
    pose = Pose.from_alignment(
        inspection.alignment, width_px=recipe.picture.width_px, height_px=recipe.picture.height_px
    )
    return _upright(frame, (0, 0), recipe.crop.region(window.rect), pose)


def side_by_side(golden: Pixels, seen: Pixels, *, height_px: int = 320) -> Pixels:
    """Golden left, seen right, each under its word; (H, W, 3) uint8 BGR."""
    tiles = []
    for word, picture in (("GOLDEN", golden), ("SEEN", seen)):
        factor = height_px / picture.shape[0]
        width = max(120, round(picture.shape[1] * factor))
        kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        tile = np.full((height_px + 36, width + 8, 3), 32, np.uint8)
        resized = cv2.resize(picture, (width, height_px), interpolation=kind)
        tile[36:, 4 : width + 4] = resized
        cv2.putText(tile, word, (6, 26), _FONT, 0.75, WHITE, 2, cv2.LINE_AA)
        tiles.append(tile)
    return np.hstack(tiles)


def to_jpeg(pixels: Pixels, *, suffix: str = ".jpg", quality: int = 88) -> bytes:
    """Encode for the archive or, with `suffix` ".png", without loss."""
    options = [] if suffix == ".png" else [cv2.IMWRITE_JPEG_QUALITY, quality]
    written, data = cv2.imencode(".png" if suffix == ".png" else ".jpg", pixels, options)
    if not written:
        raise RuntimeError(f"OpenCV could not encode a picture of {pixels.shape}")
    return np.asarray(data).tobytes()


def _upright(pixels: Pixels, origin: tuple[int, int], region: Rect, pose: Pose) -> Pixels:
    size = max(2, round(region.width_px)), max(2, round(region.height_px))
    to_pixels = pose.matrix @ np.array(
        [[1.0, 0.0, region.xmin_px], [0.0, 1.0, region.ymin_px], [0.0, 0.0, 1.0]]
    )
    to_pixels[:, 2] -= origin
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(pixels, to_pixels, size, flags=flags, borderMode=cv2.BORDER_REPLICATE),
        dtype=np.uint8,
    )


def _scaled(box: tuple[float, ...], scale: float) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = (round(each * scale) for each in box)
    return x0, y0, x1, y1


def _blend(board: Pixels, box: tuple[int, int, int, int], heat: HeatMap) -> None:
    """Lay the heat over the window: the hotter, the more opaque, so that the part stays seen."""
    x0, y0 = max(0, box[0]), max(0, box[1])
    x1, y1 = min(board.shape[1], box[2]), min(board.shape[0], box[3])
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    whole = (box[2] - box[0], box[3] - box[1])
    level = cv2.resize(np.clip(heat, 0.0, 1.0), whole, interpolation=cv2.INTER_LINEAR)
    level = level[y0 - box[1] : y1 - box[1], x0 - box[0] : x1 - box[0], None]
    under = board[y0:y1, x0:x1].astype(np.float32)
    opaque = np.clip(level - 0.25, 0.0, 1.0) * 0.75
    board[y0:y1, x0:x1] = (under * (1 - opaque) + np.array(RED, np.float32) * opaque).astype(
        np.uint8
    )


def _mark(board: Pixels, corner: tuple[int, int], number: int, result: WindowResult) -> None:
    text = str(number)
    half = 17
    x = int(np.clip(corner[0], half, board.shape[1] - half - 1))
    y = int(np.clip(corner[1] - half + 4, half, board.shape[0] - half - 1))
    colour = _colour(result)
    if result.call is Call.DEFECT:
        cv2.rectangle(board, (x - half, y - half), (x + half, y + half), colour, -1, cv2.LINE_AA)
    else:
        cv2.circle(board, (x, y), half + 1, colour, -1, cv2.LINE_AA)
    ink = WHITE if result.call is Call.DEFECT else BLACK
    (width, height), _ = cv2.getTextSize(text, _FONT, 0.75, 2)
    place = x - width // 2, y + height // 2
    cv2.putText(board, text, place, _FONT, 0.75, ink, 2, cv2.LINE_AA)


def _header(width: int, inspection: Inspection) -> Pixels:
    bar = np.full((_HEADER_PX, width, 3), 24, np.uint8)
    word = inspection.verdict.value
    (extent, _), _ = cv2.getTextSize(word, _FONT, 1.7, 4)
    cv2.rectangle(bar, (0, 0), (extent + 40, _HEADER_PX), VERDICT_COLOURS[inspection.verdict], -1)
    cv2.putText(bar, word, (20, 53), _FONT, 1.7, BLACK, 4, cv2.LINE_AA)
    text = inspection.reason + (f"  Serial {inspection.serial}." if inspection.serial else "")
    _fit(bar, text, extent + 60, 46, WHITE)
    return bar


def _list(width: int, shown: Sequence[WindowResult]) -> Pixels:
    lines = shown[:_MOST_LINES]
    more = len(shown) - len(lines)
    rows = len(lines) + (1 if more else 0)
    block = np.full((rows * _LINE_PX + (16 if rows else 0), width, 3), 24, np.uint8)
    for i, each in enumerate(lines):
        y = 8 + i * _LINE_PX + 25
        text = f"{i + 1}  {each.component}  {each.call.value}  {each.score:.2f}  {each.reason}"
        _fit(block, text, 20, y, _colour(each))
    if more:
        _fit(block, f"and {more} more", 20, 8 + len(lines) * _LINE_PX + 25, WHITE)
    return block


def _fit(bar: Pixels, text: str, x: int, y: int, colour: Colour) -> None:
    """Write as much of the text as there is room for; the font has ASCII only."""
    plain = text.replace("×", "x").replace("°", " deg").encode("ascii", "replace").decode()
    size = 0.8
    while cv2.getTextSize(plain, _FONT, size, 2)[0][0] > bar.shape[1] - x - 12 and size > 0.5:
        size -= 0.05
    while plain and cv2.getTextSize(plain, _FONT, size, 2)[0][0] > bar.shape[1] - x - 12:
        plain = plain[:-5].rstrip() + "..." if len(plain) > 8 else ""
    cv2.putText(bar, plain, (x, y), _FONT, size, colour, 2, cv2.LINE_AA)


def _colour(result: WindowResult) -> Colour:
    return RED if result.call is Call.DEFECT else AMBER
