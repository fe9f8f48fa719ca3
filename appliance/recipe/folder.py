"""A recipe on disk: one sealed TOML file that names every picture by its sha256.

    recipe.toml            the current version; its first line seals the rest
    versions/0001.toml …   every version there was, so that a record can name the one it used
    references/…  anchors/…  the pictures, never changed once written
    features.npz           rebuilt from the pictures when missing or of another model

recipe.toml is the one commit point. A new folder is filled beside its place and renamed there;
a new version is written to versions/ and then replaces recipe.toml. A power cut leaves either
the old or the new recipe, and a half copied folder is refused by its seal or by a missing file.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

import tomli_w

from appliance.durable import (
    exchange,
    fresh_folder,
    only_writer,
    sync_folder,
    sync_tree,
    write_durably,
)
from appliance.recipe.errors import RecipeError
from appliance.recipe.values import FORMAT, Recipe, in_folder, reference_file, revised
from appliance.toml_strict import TomlError, build, to_table

RECIPE_FILE = "recipe.toml"
CACHE_FILE = "features.npz"
_SEAL = re.compile(r'\Aseal = "([0-9a-f]{64})"\n')


def load(folder: Path, *, version: int | None = None, check_pictures: bool = True) -> Recipe:
    """The recipe in `folder`; `version` reads an older one. Raises `RecipeError`.

    With `check_pictures` every picture is read and compared with its sha256, otherwise only
    their presence is checked.
    """
    path = folder / RECIPE_FILE if version is None else _version_path(folder, version)
    recipe = in_folder(_parse(_read(folder, path), path), folder)
    _check_pictures(recipe, folder, contents=check_pictures)
    return recipe


def create(recipe: Recipe, pictures: Mapping[str, bytes], folder: Path) -> Recipe:
    """Write a new recipe folder with its pictures (relative path → file content).

    `folder` may be missing, empty, or hold a recipe: then the version counts on, and the
    replaced folder stays beside it as .NAME.before until the next replacement. Anything else
    is refused.
    """
    before = _recipe_in_place(folder)
    if before is not None:
        recipe = revised(recipe, version=before.version + 1)
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in pictures.items()}
    recipe = revised(recipe, files=digests)
    try:
        with fresh_folder(folder) as fresh:
            _fill(fresh, recipe, pictures, folder if before is not None else None)
            _put_in_place(fresh, folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return in_folder(recipe, folder)


def _fill(fresh: Path, recipe: Recipe, pictures: Mapping[str, bytes], before: Path | None) -> None:
    for path, data in pictures.items():
        target = fresh / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    versions = fresh / "versions"
    if before is not None and (before / "versions").is_dir():
        shutil.copytree(before / "versions", versions)
    versions.mkdir(exist_ok=True)
    _version_path(fresh, recipe.version).write_text(seal(recipe), encoding="utf-8")
    sync_tree(fresh)
    write_durably(fresh / RECIPE_FILE, seal(recipe).encode())


def save(recipe: Recipe, folder: Path) -> Recipe:
    """Make `recipe` the next version of the recipe in `folder`; the pictures stay.

    Returns the recipe with its new version. Raises `RecipeError` when somebody else saved a
    version in between (nothing is overwritten), or when it can't be written.
    """
    load(folder, check_pictures=False)  # says in words what is wrong with the folder, if anything
    with only_writer(folder):
        return _save(recipe, folder)


def _save(recipe: Recipe, folder: Path) -> Recipe:
    current = load(folder, check_pictures=False)
    if current.version != recipe.version:
        raise RecipeError(
            expected=f"recipe {recipe.name} still at version {recipe.version}",
            found=f"version {current.version}, saved meanwhile",
            action="Look at the newer version and make the change again.",
        )
    if current.files != recipe.files:
        raise RecipeError(
            expected=f"the pictures of recipe {current.name}",
            found="a recipe with other pictures",
            action="Use `goldenboard teach` to write a recipe with new pictures.",
        )
    following = revised(recipe, version=current.version + 1)
    text = seal(following)
    _parse(text, folder / RECIPE_FILE)  # what can't be read back is never written
    try:
        write_durably(_version_path(folder, following.version), text.encode())
        write_durably(folder / RECIPE_FILE, text.encode())
    except OSError as error:
        raise _unwritable(folder, error) from error
    return in_folder(following, folder)


def versions(folder: Path) -> tuple[int, ...]:
    """The versions that can be read with `load(folder, version=…)`, oldest first."""
    names = (folder / "versions").glob("*.toml")
    return tuple(sorted(int(path.stem) for path in names if path.stem.isdigit()))


def picture_bytes(recipe: Recipe, path: str) -> bytes:
    """Content of one of the recipe's pictures, checked against its sha256."""
    if recipe.folder is None or path not in recipe.files:
        raise RecipeError(
            expected=f"a picture of recipe {recipe.name}",
            found=f"'{path}'",
            action="Choose one of the recipe's pictures.",
        )
    return _checked_bytes(recipe.folder / path, recipe.files[path])


def reference_bytes(recipe: Recipe, component: str, golden: int | None = None) -> bytes:
    """PNG of one golden crop (native pixels with margin); the first good one by default."""
    numbers = [number for number, _ in recipe.goldens_of(component)]
    window = recipe.windows.index(recipe.window(component))
    return picture_bytes(recipe, reference_file(window, numbers[0] if golden is None else golden))


def seal(recipe: Recipe) -> str:
    """The text of recipe.toml: the recipe's table under a line with its own sha256."""
    body = tomli_w.dumps(to_table(recipe))
    return f'seal = "{hashlib.sha256(body.encode()).hexdigest()}"\n{body}'


def _read(folder: Path, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RecipeError(
            expected=f"a recipe folder with {path.relative_to(folder)} at {folder}",
            found="no such file" if folder.is_dir() else "no such folder",
            action="Check the path; a half written or half copied folder must be taught again.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(
            expected=f"readable text in {path}",
            found=str(error),
            action="Restore the recipe from its copy, or teach the board again.",
        ) from error


def _parse(text: str, path: Path) -> Recipe:
    """Strict values first and the seal last, so that the more telling error comes first."""
    try:
        table = tomllib.loads(text)
        found = table.pop("seal", None)
        written = table.get("format", FORMAT)
        if isinstance(written, int) and written > FORMAT:
            raise RecipeError(
                expected=f"a recipe of format {FORMAT} or older",
                found=f"format {written} in {path.name}",
                action="Update this appliance's software to use this recipe.",
            )
        if isinstance(table.get("cradle"), str):
            raise RecipeError(
                expected="a recipe that knows the marks of its cradle",
                found=f"only the name {table['cradle']!r}, which nothing can check",
                action="Teach the board again with its board.toml and cradle.",
            )
        recipe = build(table, Recipe, where=path.name)
    except TomlError as error:
        raise RecipeError(
            expected=error.expected, found=error.found, action=error.action
        ) from error
    except (ValueError, RecursionError) as error:
        raise RecipeError(
            expected=f"a whole {path.name}",
            found=str(error),
            action="The file is half written or damaged: restore it or teach the board again.",
        ) from error
    match = _SEAL.match(text)
    body = text[match.end() :] if match else ""
    if not match or hashlib.sha256(body.encode()).hexdigest() != found:
        raise RecipeError(
            expected=f"{path.name} as the appliance wrote it",
            found="a text that its seal does not fit (cut short or changed by hand)",
            action="Change thresholds on the recipe page, restore the file, or teach again.",
        )
    return recipe


def _check_pictures(recipe: Recipe, folder: Path, *, contents: bool) -> None:
    needed = {f"anchors/{anchor.file}" for anchor in recipe.anchors}
    for number, window in enumerate(recipe.windows):
        goldens = recipe.goldens_of(window.component)
        if not goldens:
            raise RecipeError(
                expected=f"a good sample of {window.component}",
                found="none among the recipe's golden boards",
                action="Teach the board again with one on which it is good.",
            )
        needed |= {reference_file(number, golden) for golden, _ in goldens}
    unlisted = sorted(needed - recipe.files.keys())
    if unlisted:
        raise RecipeError(
            expected=f"{unlisted[0]} listed in {RECIPE_FILE}",
            found="no such entry",
            action="Restore the recipe from its copy, or teach the board again.",
        )
    for path, digest in recipe.files.items():
        if contents:
            _checked_bytes(folder / path, digest)
        elif not (folder / path).is_file():
            raise _missing(folder / path)


def _checked_bytes(path: Path, digest: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError:
        raise _missing(path) from None
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise RecipeError(
            expected=f"{path.name} with sha256 {digest[:12]}…",
            found=f"sha256 {found[:12]}…: the picture was changed or half written",
            action="Restore the recipe from its copy, or teach the board again.",
        )
    return data


def _missing(path: Path) -> RecipeError:
    return RecipeError(
        expected=f"the recipe's picture {path.parent.name}/{path.name}",
        found="no such file",
        action="The folder is half copied: copy it again, or teach the board again.",
    )


def _unwritable(folder: Path, error: OSError) -> RecipeError:
    return RecipeError(
        expected=f"to write the recipe at {folder}",
        found=error.strerror or str(error),
        action="Check the free space and the rights of the folder; nothing was changed.",
    )


def _recipe_in_place(folder: Path) -> Recipe | None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    if not (folder / RECIPE_FILE).is_file():
        raise RecipeError(
            expected=f"no folder, an empty one or a recipe at {folder}",
            found="something else",
            action="Choose another --out; nothing was written.",
        )
    return load(folder, check_pictures=False)


def _put_in_place(fresh: Path, folder: Path) -> None:
    if not folder.exists() or not (folder / RECIPE_FILE).is_file():
        fresh.rename(folder)  # replaces an empty folder, too
    else:
        # Nothing slow between the last two: a cut there would leave the replaced recipe under the
        # name of an unfinished one.
        kept = folder.with_name(f".{folder.name}.before")
        shutil.rmtree(kept, ignore_errors=True)
        exchange(fresh, folder)
        fresh.rename(kept)
    sync_folder(folder.parent)


def _version_path(folder: Path, version: int) -> Path:
    return folder / "versions" / f"{version:04d}.toml"
