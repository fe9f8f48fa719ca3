"""A cabinet put together from its sizes: panels with all their holes, and every body in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cradles.cabinet.bodies import Body, Kind, panel_body
from cradles.cabinet.bom import Use
from cradles.cabinet.bought import bought, stop_screw_mm
from cradles.cabinet.box import box_panels
from cradles.cabinet.drawer import drawer_panels
from cradles.cabinet.fasteners import edge_screw_mm
from cradles.cabinet.joints import Joint, Panel, joined
from cradles.cabinet.parts import PrintedPart
from cradles.cabinet.places import Placed, drilled, placed_parts
from cradles.cabinet.sizes import Sizes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cabinet:
    sizes: Sizes
    panels: Mapping[str, Panel]
    joints: tuple[Joint, ...]
    printed: tuple[Placed, ...]
    bodies: tuple[Body, ...]

    def body(self, name: str) -> Body:
        return next(body for body in self.bodies if body.name == name)

    def of_kind(self, kind: Kind) -> tuple[Body, ...]:
        return tuple(body for body in self.bodies if body.kind is kind)

    @property
    def kinds(self) -> tuple[PrintedPart, ...]:
        """Each kind of printed part once."""
        return tuple({each.part.name: each.part for each in self.printed}.values())

    @property
    def panels_m2(self) -> float:
        return sum(float(panel.pierced.area) for panel in self.panels.values()) / 1e6

    @property
    def joined_with(self) -> tuple[Use, ...]:
        """What the panels themselves are put together with: key of the list, how many, where."""
        edge = f"screw M3x{edge_screw_mm(self.sizes.mdf_mm):g}"
        stop = f"screw M4x{stop_screw_mm(self.sizes):g}"
        return (
            (edge, 4, "lid"),
            (edge, 2, "drawer_front"),
            ("nut M3", 4, "lid"),
            ("nut M3", 2, "drawer_front"),
            ("washer M3", 4, "lid"),
            (stop, 2, "drawer's stops"),
            ("nut M4", 2, "drawer's stops"),
        )


def build(sizes: Sizes) -> Cabinet:
    """Takes about a second."""
    still, still_joints = box_panels(sizes)
    moving, moving_joints = drawer_panels(sizes)
    joints = (*still_joints, *moving_joints)
    printed = placed_parts(sizes)
    panels = drilled(joined([*still, *moving], joints, sizes.joint_air_mm), printed)
    bodies = [panel_body(panel) for panel in panels.values()]
    bodies += [each.body() for each in printed]
    bodies += bought(sizes)
    return Cabinet(sizes=sizes, panels=panels, joints=joints, printed=printed, bodies=tuple(bodies))
