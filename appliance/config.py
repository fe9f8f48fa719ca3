"""The unit's configuration: one TOML file, read strictly; every value has a default but the kind
of the cabinet, which is never guessed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from appliance.capture import CaptureTimes
from appliance.controller_settings import ControllerSettings
from appliance.identity import ScanPatterns
from appliance.toml_strict import read_toml
from appliance.vision.lens import Lens
from hw import CabinetSettings
from hw.wiring import Wiring

DEFAULT_PATH = Path("/etc/goldenboard/goldenboard.toml")


class CabinetKind(StrEnum):
    RASPBERRY_PI = "raspberry-pi"
    SIMULATED = "simulated"


class CameraKind(StrEnum):
    PICAMERA2 = "picamera2"
    UVC = "uvc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    name: str = "cabinet"
    """Shown on every page and kept in every record."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= 40:
            raise ValueError(f"a unit's name has 1 to 40 characters, not {len(self.name)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetConfig:
    kind: CabinetKind
    camera: CameraKind = CameraKind.PICAMERA2
    camera_device: str = "0"
    picture_px: tuple[int, int] | None = None
    """Width and height at which commissioning measures the camera; unset: the sensor's full
    resolution. Golden pictures are taken at the same size: a lens is known at one size only."""
    scanner_port: str = "/dev/ttyACM0"
    scanner_baud: int = 9600
    wiring: Wiring = field(default_factory=Wiring)

    def __post_init__(self) -> None:
        if self.picture_px is not None and min(self.picture_px) < 64:
            raise ValueError(f"picture_px is width and height, 64 or more, not {self.picture_px}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    host: str = "0.0.0.0"
    port: int = 8080
    allowed_hosts: tuple[str, ...] = ()
    tls: bool = True
    """By the unit's own certificate; who asks the same port in the clear is redirected."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise ValueError(f"a port is between 0 (any free one) and 65535, not {self.port}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    folder: Path = Path("/var/lib/goldenboard/records")
    pictures_gb: float = 16.0
    """Pictures beyond this are removed, passed boards first."""
    min_free_mb: int = 200
    """With less free space no board is judged."""

    def __post_init__(self) -> None:
        if self.pictures_gb <= 0:
            raise ValueError(f"pictures_gb is more than 0, not {self.pictures_gb}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    endurance_tb: float = 15.0
    """Written in its whole life, as its maker promises: about 15 TB for a consumer's card of 32 GB
    (500 cycles), three to six times that for an industrial one. Only a light on the page hangs
    on it."""

    def __post_init__(self) -> None:
        if self.endurance_tb <= 0:
            raise ValueError(f"endurance_tb is more than 0, not {self.endurance_tb}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipes:
    folder: Path = Path("/var/lib/goldenboard/recipes")
    use: str | None = None
    """Folder name of the recipe to begin with; None takes the one used last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judges:
    models: Path | None = None
    """Folder of released models; None looks where they are installed."""
    interpreters: int = 4
    """One thread each; as many as the processor has cores."""

    def __post_init__(self) -> None:
        if not 1 <= self.interpreters <= 16:
            raise ValueError(f"1 to 16 interpreters, not {self.interpreters}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    serial_required: bool = False
    operator_required: bool = False
    scanner_required: bool = False
    idle_light: float = 0.15
    board_settle_s: float = 0.15
    frame_deadline_s: float = 3.0
    half_seated_s: float = 10.0
    judge_deadline_s: float = 20.0
    record_deadline_s: float = 60.0
    hot_c: float = 80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    challenge_every_h: float | None = None
    """Hours, a shift's for example: without a known bad board recognised within them no board
    passes. Unset: no challenge is asked for."""

    def __post_init__(self) -> None:
        hours = self.challenge_every_h
        if hours is not None and not 0 < hours <= 24 * 31:
            raise ValueError(f"challenge_every_h is more than 0 and at most 744, not {hours}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    cabinet: CabinetConfig
    unit: Unit = field(default_factory=Unit)
    pages: Pages = field(default_factory=Pages)
    records: Records = field(default_factory=Records)
    card: Card = field(default_factory=Card)
    recipes: Recipes = field(default_factory=Recipes)
    judges: Judges = field(default_factory=Judges)
    operation: Operation = field(default_factory=Operation)
    scan: ScanPatterns = field(default_factory=ScanPatterns)
    proof: Proof = field(default_factory=Proof)
    lens: Lens | None = None
    """As commissioning measured it; without it pictures are taken as straight."""

    @property
    def data(self) -> Path:
        """Where the unit keeps what it makes: records, recipes, a plug-in's things."""
        return self.records.folder.parent

    def cabinet_settings(self) -> CabinetSettings:
        return CabinetSettings(
            kind=self.cabinet.kind.value,
            camera=self.cabinet.camera.value,
            camera_device=self.cabinet.camera_device,
            wiring=self.cabinet.wiring,
            scanner_port=self.cabinet.scanner_port,
            scanner_baud=self.cabinet.scanner_baud,
            records_folder=self.records.folder,
        )

    def controller_settings(self) -> ControllerSettings:
        run = self.operation
        return ControllerSettings(
            capture_times=CaptureTimes(
                board_settle_s=run.board_settle_s, frame_deadline_s=run.frame_deadline_s
            ),
            patterns=self.scan,
            idle_light=run.idle_light,
            half_seated_s=run.half_seated_s,
            judge_deadline_s=run.judge_deadline_s,
            record_deadline_s=run.record_deadline_s,
            min_free_bytes=self.records.min_free_mb * 1_000_000,
            hot_c=run.hot_c,
            serial_required=run.serial_required,
            operator_required=run.operator_required,
            scanner_required=run.scanner_required,
            challenge_every_h=self.proof.challenge_every_h,
        )


def read_config(path: Path) -> Config:
    """Raises `TomlError` naming the key, what was expected and what to do."""
    return read_toml(path, Config)
