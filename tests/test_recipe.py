"""A recipe folder is whole or refused, and a refusal leaves it as it was."""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import appliance.recipe.folder as folder_module
from appliance.loaded_recipe import RecipeShelf
from appliance.recipe import (
    FORMAT,
    AlignmentBounds,
    Anchor,
    CameraLock,
    CodeRegion,
    CradleUse,
    Golden,
    MarkPlace,
    ModelUse,
    PictureSize,
    QualityBounds,
    Recipe,
    RecipeError,
    create,
    load,
    picture_bytes,
    reference_bytes,
    save,
    versions,
    with_thresholds,
)
from appliance.terms import Polarity, Rect, Window
from appliance.vision.crop import CropRule
from appliance.vision.pose import Pose

SHA = "ab" * 32
CRADLE = CradleUse(
    identity="psu-a-0123ab",
    px_per_mm=12.5,
    markers=tuple(
        MarkPlace(
            number=number, corners_px=((x, 10.0), (x + 9.5, 10.0), (x + 9.5, 20.0), (x, 20.25))
        )
        for number, x in ((10, 20.0), (11, 50.0), (12, 80.0), (13, 110.0))
    ),
    code=Rect(xmin_px=5.0, ymin_px=50.0, xmax_px=25.0, ymax_px=70.0),
)
PICTURES = {
    "anchors/00.png": b"anchor",
    "references/000/000.png": b"R1 on board 0",
    "references/000/001.png": b"R1 on board 1",
    "references/001/001.png": b"C2 on board 1",
}


def rect(x: float, y: float, side: float = 40.0) -> Rect:
    return Rect(xmin_px=x, ymin_px=y, xmax_px=x + side, ymax_px=y + side)


def window(component: str, where: Rect, polarity: Polarity = Polarity.FIXED) -> Window:
    return Window(
        component=component,
        part_type="0402",
        rect=where,
        polarity=polarity,
        model_sha256=SHA,
        review_above=1.5,
        defect_above=2.5,
    )


def recipe() -> Recipe:
    return Recipe(
        name="Power supply",
        part_number="PS-1",
        version=1,
        taught_at="2026-01-01T00:00:00+00:00",
        picture=PictureSize(width_px=640, height_px=480),
        cradle=CRADLE,
        guarantee="At most 1 % of good windows.",
        crop=CropRule(margin=0.1, keep_aspect=True, size_px=128),
        camera=CameraLock(
            exposure_us=8000, focal_px=3328.0, analogue_gain=1.0, colour_gains=(1.9, 1.6)
        ),
        models=(ModelUse(check="reference", name="net", sha256=SHA),),
        alignment=AlignmentBounds(max_shift_px=70.0, max_residual_px=2.0, min_anchors=4),
        quality=QualityBounds(
            brightness_min=20.0,
            brightness_max=90.0,
            saturated_share_max=0.1,
            sharpness_min=0.02,
            colour=(0.3, 0.4, 0.3),
            colour_tolerance=0.03,
        ),
        serial_code=CodeRegion(rect=rect(500.0, 400.0), symbology="DataMatrix"),
        anchors=(Anchor(file="00.png", x_px=10, y_px=20, size_px=32),),
        goldens=(
            Golden(source="b0.jpg", pose=Pose(), left_out=("C2",)),
            Golden(source="b1.jpg", pose=Pose(a=1.0, b=0.001, tx_px=1.5, ty_px=-0.25)),
        ),
        windows=(
            window("R1", rect(100.0, 100.0), Polarity.HALF_TURN),
            window("C2", rect(200.0, 150.5)),
        ),
        files={},
    )


@pytest.fixture
def taught(tmp_path: Path) -> Path:
    create(recipe(), PICTURES, tmp_path / "ps1")
    return tmp_path / "ps1"


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_what_is_written_is_what_is_read(taught: Path) -> None:
    found = load(taught)
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in PICTURES.items()}
    assert found == replace(recipe(), files=digests)
    assert found.folder == taught
    assert versions(taught) == (1,)
    assert picture_bytes(found, "anchors/00.png") == b"anchor"
    assert reference_bytes(found, "R1") == b"R1 on board 0"
    assert reference_bytes(found, "C2") == b"C2 on board 1"


def test_thresholds_make_a_new_version_and_the_old_one_stays(taught: Path) -> None:
    before = load(taught)
    changed = save(with_thresholds(before, {"C2": (3.0, 4.0)}), taught)
    assert changed.version == 2
    found = load(taught)
    assert found == changed
    assert [(w.component, w.review_above, w.defect_above) for w in found.windows] == [
        ("R1", 1.5, 2.5),
        ("C2", 3.0, 4.0),
    ]
    assert "set by hand" in found.guarantee
    assert load(taught, version=1) == before
    assert versions(taught) == (1, 2)
    again = save(with_thresholds(found, {"C2": (3.5, 4.0)}), taught)
    assert again.guarantee == found.guarantee


def test_two_people_saving_at_once_lose_nothing(taught: Path) -> None:
    mine, theirs = load(taught), load(taught)
    save(with_thresholds(theirs, {"R1": (2.0, 3.0)}), taught)
    before = snapshot(taught)
    with pytest.raises(RecipeError, match="version 2, saved meanwhile"):
        save(with_thresholds(mine, {"C2": (2.0, 3.0)}), taught)
    assert snapshot(taught) == before


def test_of_many_saving_at_the_same_instant_one_wins(taught: Path) -> None:
    start = threading.Barrier(6, timeout=30)

    def change(number: int) -> bool:
        mine = load(taught)
        start.wait()
        try:
            save(with_thresholds(mine, {"C2": (float(number), 9.0)}), taught)
        except RecipeError:
            return False
        return True

    with ThreadPoolExecutor(6) as people:
        assert sorted(people.map(change, range(6))) == [False] * 5 + [True]
    assert (load(taught).version, versions(taught)) == (2, (1, 2))


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        ({"C2": (3.0, 2.0)}, "review_above ≤ defect_above for window C2"),
        ({"C2": (math.nan, 2.0)}, "review_above ≤ defect_above for window C2"),
        ({"C2": (1.0, math.inf)}, "review_above ≤ defect_above for window C2"),
        ({"C3": (1.0, 2.0)}, "found 'C3'"),
    ],
)
def test_thresholds_that_are_none_are_refused(
    taught: Path, bands: dict[str, tuple[float, float]], words: str
) -> None:
    with pytest.raises(RecipeError, match=words):
        with_thresholds(load(taught), bands)


def test_teaching_again_counts_on_and_keeps_the_folder_before(taught: Path) -> None:
    save(with_thresholds(load(taught), {"C2": (3.0, 4.0)}), taught)
    again = create(replace(recipe(), name="Taught again"), PICTURES, taught)
    assert (again.version, load(taught).name) == (3, "Taught again")
    assert versions(taught) == (1, 2, 3)
    kept = taught.with_name(".ps1.before")
    assert load(kept).version == 2
    create(recipe(), PICTURES, taught)
    assert load(kept).version == 3
    assert sorted(path.name for path in taught.parent.iterdir()) == [".ps1.before", "ps1"]


def test_an_empty_folder_is_filled_and_a_strange_one_left_alone(tmp_path: Path) -> None:
    empty, strange = tmp_path / "empty", tmp_path / "strange"
    empty.mkdir()
    strange.mkdir()
    (strange / "thesis.txt").write_text("a year's work")
    assert create(recipe(), PICTURES, empty).version == 1
    with pytest.raises(RecipeError, match="no folder, an empty one or a recipe"):
        create(recipe(), PICTURES, strange)
    assert snapshot(strange) == {"thesis.txt": b"a year's work"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "strange"]


def edit(old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "recipe.toml"
        text = path.read_text()
        assert old in text
        body = text.partition("\n")[2].replace(old, new, 1)
        seal = hashlib.sha256(body.encode()).hexdigest()
        path.write_text(f'seal = "{seal}"\n{body}')

    return change


def cut_short(folder: Path) -> None:
    path = folder / "recipe.toml"
    path.write_text(path.read_text()[:-200])


def by_hand(folder: Path) -> None:
    path = folder / "recipe.toml"
    path.write_text(path.read_text().replace("review_above = 1.5", "review_above = 9.5", 1)
                    .replace("defect_above = 2.5", "defect_above = 99.5", 1))  # fmt: skip


BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "unknown key": (
        edit("exposure_us = ", "exposure_ms = "),
        "found 'exposure_ms'. Did you mean 'exposure_us'",
    ),
    "unknown key in a window": (
        edit("review_above = 1.5", "review_abov = 1.5"),
        "found 'review_abov'. Did you mean 'review_above'",
    ),
    "missing key": (edit('part_number = "PS-1"\n', ""), "a key 'part_number'"),
    "newer format": (
        edit(f"format = {FORMAT}", f"format = {FORMAT + 1}"),
        f"found format {FORMAT + 1}",
    ),
    "older format": (edit(f"format = {FORMAT}", "format = 0"), "found format 0"),
    "NaN corner": (edit("xmin_px = 100.0", "xmin_px = nan"), "a finite number for .*xmin_px"),
    "NaN threshold": (edit("review_above = 1.5", "review_above = nan"), "a finite number"),
    "text for a number": (edit("xmin_px = 100.0", 'xmin_px = "100"'), "a finite number"),
    "wrong polarity": (edit('"half_turn"', '"any"'), "one of 'fixed', 'half_turn'"),
    "bands out of order": (edit("review_above = 1.5", "review_above = 3.5"), "window R1"),
    "component twice": (edit('component = "C2"', 'component = "R1"'), "'R1' 2 times"),
    "outside the picture": (edit("xmax_px = 240.0", "xmax_px = 2400.0"), "inside the picture"),
    "upside down corners": (edit("xmax_px = 240.0", "xmax_px = 190.0"), "at least 4 px"),
    "strange model": (edit(f'model_sha256 = "{SHA}"', f'model_sha256 = "{"cd" * 32}"'), "R1"),
    "short sha256": (edit(f'sha256 = "{SHA}"', 'sha256 = "abcd"'), "64 lower-case"),
    "no good sample": (edit("left_out = []", 'left_out = ["C2"]'), "a good sample of C2"),
    "half written": (cut_short, "found"),
    "changed by hand": (by_hand, "cut short or changed by hand"),
    "empty file": (lambda folder: (folder / "recipe.toml").write_text("") and None, "format|key"),
    "no TOML": (lambda folder: (folder / "recipe.toml").write_text("a = = 1") and None, "whole"),
    "not text": (lambda f: (f / "recipe.toml").write_bytes(b"\xff\xfe\x00") and None, "readable"),
    "no recipe.toml": (lambda folder: (folder / "recipe.toml").unlink(), "no such file"),
    "missing crop": (
        lambda folder: (folder / "references/000/001.png").unlink(),
        "000/001.png; found no such file",
    ),
    "half written crop": (
        lambda folder: (folder / "references/000/001.png").write_bytes(b"R1 on") and None,
        "changed or half written",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_folder_is_refused_and_left_as_it_is(taught: Path, name: str) -> None:
    spoil, words = BROKEN[name]
    spoil(taught)
    before = snapshot(taught)
    with pytest.raises(RecipeError, match=words):
        load(taught)
    with pytest.raises(RecipeError):
        save(replace(recipe(), files={}), taught)
    assert snapshot(taught) == before


def test_what_a_power_cut_left_of_a_teaching_goes_with_the_next_one(taught: Path) -> None:
    left = taught.with_name(f".{taught.name}.a1b2c3d4.tmp")
    other = taught.with_name(".another.a1b2c3d4.tmp")
    for folder in (left, other):
        (folder / "references").mkdir(parents=True)
    create(recipe(), PICTURES, taught)
    assert (left.exists(), other.exists()) == (False, True)
    assert load(taught.with_name(f".{taught.name}.before")).version == 1


def test_a_scanned_part_number_never_finds_the_recipe_that_was_replaced(taught: Path) -> None:
    create(recipe(), PICTURES, taught)
    assert load(taught.with_name(f".{taught.name}.before")).part_number == "PS-1"
    shelf = RecipeShelf(taught.parent, lambda _: pytest.fail("nothing is to be loaded"))
    assert shelf.folder_of_part("PS-1") == taught.name
    assert shelf.folder_of_part("PS-2") is None


def test_no_folder_at_all(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no such folder"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize("step", ["sync_tree", "write_durably", "_put_in_place"])
def test_a_full_disk_while_teaching_leaves_everything_as_it_was(
    taught: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = snapshot(taught.parent)
    monkeypatch.setattr(folder_module, step, full)
    with pytest.raises(RecipeError, match="No space left on device"):
        create(replace(recipe(), name="other"), PICTURES, taught)
    with pytest.raises(RecipeError, match="No space left on device"):
        create(recipe(), PICTURES, taught.with_name("fresh"))
    assert snapshot(taught.parent) == before


def test_a_cut_between_the_two_writes_of_a_save_leaves_the_old_version(
    taught: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load(taught)
    write = folder_module.write_durably

    def cut(path: Path, data: bytes) -> None:
        if path.name == "recipe.toml":
            raise OSError(5, "Input/output error")
        write(path, data)

    monkeypatch.setattr(folder_module, "write_durably", cut)
    with pytest.raises(RecipeError, match="Input/output error"):
        save(with_thresholds(before, {"C2": (3.0, 4.0)}), taught)
    monkeypatch.undo()
    assert load(taught) == before
    assert save(with_thresholds(before, {"C2": (5.0, 6.0)}), taught).version == 2
    assert load(taught).window("C2").review_above == 5.0


def test_a_recipe_of_the_first_format_is_read_unless_it_names_an_unchecked_cradle(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "old"
    create(replace(recipe(), format=1, cradle=None), PICTURES, folder)
    assert load(folder).format == 1
    path = folder / "recipe.toml"
    named = path.read_text(encoding="utf-8").replace(
        "format = 1\n", 'format = 1\ncradle = "CR-7"\n'
    )
    path.write_text(named, encoding="utf-8")
    with pytest.raises(RecipeError, match="knows the marks of its cradle"):
        load(folder)
