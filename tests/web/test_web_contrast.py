"""Text is readable in light and dark: contrast by WCAG 2.2, computed from the style sheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "appliance" / "web" / "static" / "tokens.css").read_text(
    encoding="utf-8"
)

TEXT = [
    ("on-paper", "paper"), ("on-paper", "sunk"), ("soft", "paper"), ("on-card", "card"),
    ("soft", "card"), ("soft", "sunk"), ("accent", "paper"), ("accent", "card"), ("accent", "sunk"),
    ("on-accent", "accent"), ("on-pass", "pass"), ("on-fail", "fail"), ("on-review", "review"),
    ("on-fault", "fault"), ("on-calm", "calm"), ("pass-text", "card"), ("pass-text", "sunk"),
    ("fail-text", "card"), ("fail-text", "sunk"), ("fail-text", "paper"), ("review-text", "card"),
    ("review-text", "sunk"), ("accent", "calm"),
]  # fmt: skip
SHAPES = [("edge", "card"), ("edge", "paper"), ("focus", "card"), ("focus", "paper"),
          ("focus", "sunk"), ("bar", "card"), ("lamp-red", "housing"),
          ("lamp-amber", "housing"), ("lamp-green", "housing")]  # fmt: skip


def themes() -> dict[str, dict[str, str]]:
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")
    pattern = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
    base = dict(pattern.findall(light))
    return {"light": base, "dark": base | dict(pattern.findall(dark))}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contrast_aa(theme: str) -> None:
    colours = themes()[theme]
    found = {(a, b): round(contrast(colours[a], colours[b]), 2) for a, b in (*TEXT, *SHAPES)}
    too_low = {
        pair: value for pair, value in found.items() if value < (4.5 if pair in TEXT else 3.0)
    }
    assert too_low == {}
