"""Reading pictures from files without trusting them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from appliance.refusal import Refusal
from appliance.vision.crop import Pixels

LARGEST_FILE_BYTES = 200_000_000
_END_OF_JPEG = b"\xff\xd9"


class PictureError(Refusal):
    """A file that is no picture, or only the beginning of one."""


def read_picture(path: Path) -> Pixels:
    """The picture as (H, W, 3) uint8 BGR. Raises `PictureError`.

    A JPEG that was cut short is refused: the decoder would fill the rest with grey, and a board
    of which the lower half was never seen must not be judged."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            raise PictureError(
                expected=f"a picture file of at most {LARGEST_FILE_BYTES // 1_000_000} MB",
                found=f"{size // 1_000_000} MB in {path.name}",
                action="Check the file.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise PictureError(
            expected=f"a readable picture {path}",
            found=error.strerror or str(error),
            action="Check the path and who may read it.",
        ) from error
    if data[:2] == b"\xff\xd8" and _END_OF_JPEG not in data[-4096:]:
        raise PictureError(
            expected=f"a whole JPEG in {path.name}",
            found="one that was cut short",
            action="Copy the picture again.",
        )
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if pixels is None:
        raise PictureError(
            expected=f"a JPEG, PNG or BMP picture in {path.name}",
            found="something that can't be decoded",
            action="Check the file.",
        )
    return np.asarray(pixels, dtype=np.uint8)
