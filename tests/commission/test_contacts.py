"""Bounce figures from looks whose every instant is written down."""

from __future__ import annotations

import pytest

from appliance.commission.contacts import ContactFigures, ContactWatch, figures_of, looks_a_second


def _watched(
    changes_s: list[float], *, until_s: float, late: tuple[float, float] = (9, 9)
) -> ContactWatch:
    """A contact that is open at first and changes at these instants, looked at every
    millisecond but within `late`."""
    watch = ContactWatch()
    for millisecond in range(round(until_s * 1000)):
        at_s = millisecond / 1000
        if late[0] < at_s < late[1]:
            continue
        watch.look(at_s, sum(change_s <= at_s for change_s in changes_s) % 2 == 1)
    return watch


PRESS = [0.1, 0.102, 0.105]
"""Closes, opens for 3 ms after 2 ms, stays closed: a bounce of 5 ms in three changes."""


def test_bounce_is_from_the_first_change_to_the_last() -> None:
    watch = _watched([*PRESS, 0.3, 0.301, 0.304, 0.308, 0.309], until_s=0.5)
    figures = figures_of(watch)
    assert figures == ContactFigures(
        presses=1,
        clear=1,
        flickers=0,
        longest_bounce_s=figures.longest_bounce_s,
        most_changes=5,
    )
    assert round(figures.longest_bounce_s, 6) == 0.009


def test_a_touch_that_ends_where_it_began_is_a_flicker() -> None:
    figures = figures_of(_watched([0.1, 0.103, 0.2, 0.4], until_s=0.5))
    assert (figures.presses, figures.flickers, figures.longest_bounce_s) == (1, 1, 0.0)


def test_a_press_whose_beginning_was_not_seen_is_no_flicker() -> None:
    """Held from 0.1 to 0.22 s, first seen at 0.19 s: 30 ms are left of a finger's touch."""
    figures = figures_of(_watched([0.1, 0.22, 0.4, 0.6], until_s=0.8, late=(0.09, 0.19)))
    assert (figures.presses, figures.clear, figures.flickers) == (1, 1, 0)


@pytest.mark.parametrize("late", [(0.099, 0.104), (0.102, 0.12), (0.1, 0.12), (0.107, 0.112)])
def test_a_press_with_a_late_look_is_not_measured(late: tuple[float, float]) -> None:
    """The 5 ms would look like less, like 18 or like none: that says nothing of the contact."""
    figures = figures_of(_watched([*PRESS, 0.3], until_s=0.5, late=late))
    assert (figures.presses, figures.clear, figures.longest_bounce_s) == (1, 0, 0.0)


def test_what_is_still_held_is_no_press_yet() -> None:
    assert figures_of(_watched(PRESS, until_s=0.5)).presses == 0
    assert figures_of(_watched([], until_s=0.5)).presses == 0


def test_the_rate_is_the_usual_one() -> None:
    instants_s = [n / 2000 for n in range(100)] + [5.0, 5.0005]
    assert round(looks_a_second(instants_s)) == 2000
    assert looks_a_second([1.0]) == 0.0
