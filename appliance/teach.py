"""Teaching: from good boards and their windows to a recipe that judges the next ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from appliance.board import BoardFile, board_text, differences, read_board
from appliance.board.layout import identity_of
from appliance.picture_files import read_picture
from appliance.recipe import (
    AlignmentBounds,
    Anchor,
    BoardSize,
    CameraLock,
    CodeRegion,
    Golden,
    GreyPatch,
    ModelUse,
    PictureSize,
    Recipe,
    RecipeError,
    check_rect,
    check_windows,
    create,
    reference_file,
    revised,
)
from appliance.refusal import Refusal
from appliance.tables import WindowRow
from appliance.takt import PROMISED_S, check_takt
from appliance.teach_board import BoardInPicture, place_windows
from appliance.terms import Rect, Window
from appliance.vision.align import AnchorPatch, Located, coarse_factor, locate
from appliance.vision.anchors import LEAST_ANCHORS, candidate_anchors, choose_anchors
from appliance.vision.codes import find_code
from appliance.vision.cradle import CradleError, check_cradle
from appliance.vision.crop import Pixels, cut_native
from appliance.vision.interpreter import InterpreterPool, runtime_name
from appliance.vision.judge import CROP
from appliance.vision.judging import EDITION
from appliance.vision.learnt import keep, learn
from appliance.vision.lens import Lens
from appliance.vision.pose import Pose
from appliance.vision.quality import (
    Colour,
    Quality,
    check_size,
    colour_of,
    grey_of,
    learn_bounds,
    measure,
)
from appliance.vision.samples import decoded_crops, gather

Progress = Callable[[str, int, int], None]
"""(what is being done, done, of how many)."""

_LEAST_SHIFT_PX = 70.0
_SHIFT_SHARE = 0.025
_AGREEING_SHARE = 0.6
_AGREEING_SHARE_UNPROVEN = 0.4
"""Of the anchors of a single golden board, many of which may sit on parts that lean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What a recipe is to be taught from. `faults[i]` are the bad components of golden i."""

    name: str
    part_number: str
    windows: tuple[WindowRow, ...] = ()
    """Empty where `board` tells them."""
    board: BoardFile | None = None
    """With it the windows, the cradle and the grey patch come from the cradle's marks."""
    goldens: tuple[Path, ...]
    faults: tuple[frozenset[str], ...]
    camera: CameraLock = field(default_factory=CameraLock)
    lens: Lens | None = None
    """Of the camera that took the pictures; straightens the cradle's marks and the windows, and
    tells the focal length."""
    grey: Rect | None = None
    """The cradle's grey patch in pixels of the frame; its colour is learnt from the pictures."""
    takt_s: float = PROMISED_S
    """Insert to lamp; more windows than can be judged in it are refused."""


def teach(
    lesson: Lesson,
    pool: InterpreterPool,
    folder: Path,
    *,
    progress: Progress = lambda what, done, total: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Recipe:
    """Build the recipe in `folder` and return it as it was written.

    Every golden picture is read twice: once to find the anchors that stand still on all of
    them, once to cut the windows where those anchors say they are, so that memory holds one or
    two frames however many boards there are. Raises a `Refusal` and writes nothing when a table,
    a picture or the thresholds do not fit.
    """
    first = read_picture(lesson.goldens[0])
    picture = PictureSize(width_px=first.shape[1], height_px=first.shape[0])
    if lesson.lens is not None:
        focal_px = lesson.lens.mean_focal_px
        lesson = replace(lesson, camera=replace(lesson.camera, focal_px=focal_px))
    placed = None
    if lesson.board is not None:
        placed = _placed(lesson, lesson.board, first, folder)
    if placed is not None:
        lesson = replace(lesson, windows=placed.windows, grey=placed.grey)
    windows = _windows(lesson, picture, pool.model.sha256)
    check_takt(len(windows), lesson.takt_s)
    if lesson.grey is not None:
        check_rect("grey patch", lesson.grey, picture)
    _check_samples(lesson)
    code = find_code(first)
    bounds = _starting_bounds(picture)
    anchors = _anchors(
        lesson, first, code[0] if code else None, bounds, placed.board if placed else None, progress
    )
    share = _AGREEING_SHARE if len(lesson.goldens) > 1 else _AGREEING_SHARE_UNPROVEN
    bounds = replace(bounds, min_anchors=max(LEAST_ANCHORS, math.ceil(share * len(anchors))))
    recipe = Recipe(
        name=lesson.name,
        part_number=lesson.part_number,
        version=1,
        taught_at=now().isoformat(timespec="seconds"),
        picture=picture,
        board=_board_size(lesson.board),
        cradle=placed.cradle if placed else None,
        guarantee="",
        crop=CROP,
        camera=lesson.camera,
        models=(
            ModelUse(
                check="reference",
                name=pool.model.manifest.id,
                sha256=pool.model.sha256,
                edition=EDITION,
                runtime=runtime_name(),
            ),
        ),
        alignment=bounds,
        quality=learn_bounds([measure(first, anchors)], [colour_of(first, anchors, Pose())]),
        serial_code=code[0] if code else None,
        anchors=tuple(
            Anchor(file=f"{i:02d}.png", x_px=a.x_px, y_px=a.y_px, size_px=a.size_px)
            for i, a in enumerate(anchors)
        ),
        goldens=(),
        windows=windows,
        files={},
    )
    recipe, crops = _cut_all(recipe, lesson, anchors, progress)
    samples = gather(
        recipe,
        pool,
        decoded_crops(recipe, crops.__getitem__),
        progress=lambda done, total: progress("Learning windows", done, total),
    )
    judge = learn(samples)
    calibration = judge.calibrate()
    recipe = revised(
        recipe,
        guarantee=calibration.guarantee,
        windows=tuple(
            replace(
                window,
                review_above=calibration.bands[window.component][0],
                defect_above=calibration.bands[window.component][1],
            )
            for window in windows
        ),
    )
    progress("Writing the recipe", 0, 1)
    patches = {f"anchors/{i:02d}.png": _png(anchor.gray) for i, anchor in enumerate(anchors)}
    source = {} if lesson.board is None else {"board.toml": board_text(lesson.board).encode()}
    written = create(recipe, patches | crops | source, folder)
    keep(judge, written)
    return written


def _placed(lesson: Lesson, board: BoardFile, first: Pixels, folder: Path) -> BoardInPicture:
    """A cradle of the board that the recipe in `folder` was taught from is told as that one, with
    what has changed since: any hole or lead makes another cradle, which surprises people."""
    try:
        return place_windows(board, first, focal_px=lesson.camera.focal_px, lens=lesson.lens)
    except CradleError as refusal:
        try:
            before = read_board(folder / "board.toml")
        except Refusal:
            raise refusal from None
        changes = differences(before, board)
        if not changes or identity_of(before) not in refusal.found:
            raise
        raise CradleError(
            expected=refusal.expected,
            found=f"{refusal.found}, of the board as it was taught before; since then: "
            + "; ".join(changes),
            action=refusal.action,
        ) from refusal


def _windows(lesson: Lesson, picture: PictureSize, sha256: str) -> tuple[Window, ...]:
    windows = tuple(
        Window(
            component=row.component,
            part_type=row.part_type,
            rect=row.rect,
            polarity=row.polarity,
            model_sha256=sha256,
            review_above=0.0,
            defect_above=0.0,
        )
        for row in lesson.windows
    )
    check_windows(windows, picture)
    return windows


def _check_samples(lesson: Lesson) -> None:
    for row in lesson.windows:
        if all(row.component in bad for bad in lesson.faults):
            raise RecipeError(
                expected=f"a golden picture on which {row.component} is good",
                found="it marked as faulty on all of them",
                action="Add a board on which it is good, or take the window out.",
            )


def _starting_bounds(picture: PictureSize) -> AlignmentBounds:
    return AlignmentBounds(
        max_shift_px=max(_LEAST_SHIFT_PX, _SHIFT_SHARE * picture.width_px),
        max_residual_px=1.0 + 0.75 * coarse_factor(picture.width_px),
        min_anchors=LEAST_ANCHORS,
    )


def _anchors(
    lesson: Lesson,
    first: Pixels,
    code: CodeRegion | None,
    bounds: AlignmentBounds,
    board: Rect | None,
    progress: Progress,
) -> tuple[AnchorPatch, ...]:
    avoid = [row.rect for row in lesson.windows] + ([code.rect] if code else [])
    candidates = candidate_anchors(first, avoid, bounds, board=board)
    located = []
    for number, (path, frame) in enumerate(_frames(lesson.goldens[1:]), start=1):
        progress("Finding the boards", number, len(lesson.goldens) - 1)
        located.append(_found(path, frame, candidates, bounds, first))
    return choose_anchors(candidates, located, bounds)


def _cut_all(
    recipe: Recipe, lesson: Lesson, anchors: Sequence[AnchorPatch], progress: Progress
) -> tuple[Recipe, dict[str, bytes]]:
    """The recipe with its golden boards and learnt limits, and their crops as PNG by path."""
    crops: dict[str, bytes] = {}
    goldens: list[Golden] = []
    qualities: list[Quality] = []
    colours: list[Colour] = []
    greys: list[Colour] = []
    first: Pixels | None = None
    for number, (path, frame) in enumerate(_frames(lesson.goldens)):
        progress("Cutting windows", number + 1, len(lesson.goldens))
        if first is None:
            first, pose = frame, Pose()
        else:
            _check_golden_cradle(path, frame, recipe, lesson.lens)
            pose = _found(path, frame, anchors, recipe.alignment, first).pose
        qualities.append(measure(frame, anchors))
        colours.append(colour_of(frame, anchors, pose))
        if lesson.grey is not None:
            greys.append(grey_of(frame, lesson.grey))
        bad = lesson.faults[number]
        left_out = tuple(w.component for w in recipe.windows if w.component in bad)
        goldens.append(Golden(source=path.name, pose=pose, left_out=left_out))
        for index, window in enumerate(recipe.windows):
            if window.component not in bad:
                crop = cut_native(frame, window.rect, pose, recipe.crop)
                crops[reference_file(index, number)] = _png(crop.pixels)
    patch = None if lesson.grey is None else GreyPatch(rect=lesson.grey, bgr=_mean(greys))
    learnt = learn_bounds(qualities, colours, patch)
    return revised(recipe, goldens=tuple(goldens), quality=learnt), crops


def _board_size(board: BoardFile | None) -> BoardSize | None:
    if board is None:
        return None
    width_mm, height_mm = board.size_mm
    return BoardSize(width_mm=width_mm, height_mm=height_mm)


def _check_golden_cradle(path: Path, frame: Pixels, recipe: Recipe, lens: Lens | None) -> None:
    if recipe.cradle is None:
        return
    try:
        check_cradle(frame, recipe.cradle, lens)
    except CradleError as refusal:
        raise RecipeError(
            expected=f"{path.name} to be taken like the first golden picture, with "
            f"{refusal.expected}",
            found=refusal.found,
            action="Leave this picture out or take it again.",
        ) from refusal


def _mean(colours: Sequence[Colour]) -> Colour:
    blue, green, red = np.mean(colours, axis=0)
    return float(blue), float(green), float(red)


def _found(
    path: Path,
    frame: Pixels,
    anchors: Sequence[AnchorPatch],
    bounds: AlignmentBounds,
    first: Pixels,
) -> Located:
    height, width = first.shape[:2]
    try:
        check_size(frame, PictureSize(width_px=width, height_px=height))
        return locate(frame, anchors, bounds)
    except Refusal as refusal:
        raise RecipeError(
            expected=f"{path.name} to show the same kind of board as the first golden picture, "
            f"with {refusal.expected}",
            found=refusal.found,
            action="Leave this picture out or take it again.",
        ) from refusal


def _frames(paths: Sequence[Path]) -> Iterator[tuple[Path, Pixels]]:
    """The pictures in order; the next one is decoded while the caller works on this one."""
    with ThreadPoolExecutor(1, thread_name_prefix="decode") as reader:
        waiting = reader.submit(read_picture, paths[0]) if paths else None
        for number, path in enumerate(paths):
            assert waiting is not None
            frame = waiting.result()
            if number + 1 < len(paths):
                waiting = reader.submit(read_picture, paths[number + 1])
            yield path, frame


def _png(pixels: Pixels) -> bytes:
    written, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not written:
        raise RuntimeError("OpenCV could not write a PNG")
    return np.asarray(data).tobytes()
