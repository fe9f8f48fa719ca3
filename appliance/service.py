"""The running instrument: store, judges, cabinet, controller and pages, put together and taken
apart in order. The command line and the tests start it; nothing here decides anything."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from appliance.care import desk as care_desk
from appliance.commands import CommandQueue
from appliance.commission.camera_file import lens_in_use
from appliance.commission.desk import Desk
from appliance.commission.machine import Machine
from appliance.commission.table import STEPS
from appliance.config import Config
from appliance.controller import Controller
from appliance.durable import sweep_unfinished
from appliance.loaded_recipe import LoadedRecipe, RecipeShelf
from appliance.machine import Facts, software_version
from appliance.modelfile import find_model, models_folder
from appliance.notify import Notifier
from appliance.out_of_order import NoticePage, show_fault
from appliance.recipe import Recipe
from appliance.recorder import Recorder
from appliance.settings_mark import note_settings
from appliance.states import State
from appliance.status import FaultView, LampView, Status, StatusBoard
from appliance.status_socket import StatusSocket
from appliance.store import FirstLogin, InUseError, Store, StoreError, system_clock
from appliance.tls import FOLDER as TLS_FOLDER
from appliance.tls import CertificateKeeper, TlsError, names_of_this_unit
from appliance.tls_connection import ContextSource
from appliance.update.desk_of_unit import desk_of_unit
from appliance.update.places import TRUSTED_FILE, base_of_running
from appliance.update.watch import UpdateWatch, watch_for
from appliance.vision.interpreter import InterpreterPool
from appliance.web.app import create_app
from appliance.web.plugins import load_extra_pages
from appliance.web.serve import PageServer
from appliance.web.settings import WebSettings
from appliance.worker import ThreadWorker
from hw import Cabinet, open_cabinet
from hw.errors import HardwareError

log = logging.getLogger(__name__)

OPEN_AGAIN_S = 5.0
PUBLISH_S = 0.5
CERTIFICATE_S = 60.0
"""How often the certificate's file and its end are looked at."""
_SECRET = "page.key"


class Pools:
    """One pool of interpreters a model, built when a recipe first asks for it and kept warm."""

    def __init__(self, models: Path | None, interpreters: int) -> None:
        self._models = models
        self._interpreters = interpreters
        self._pools: dict[str, InterpreterPool] = {}

    def for_recipe(self, recipe: Recipe) -> InterpreterPool:
        """Raises `ModelError` when the recipe's model is not installed."""
        use = recipe.models[0]
        if use.sha256 not in self._pools:
            model = find_model(use.sha256, models_folder(self._models), name=use.name)
            self._pools[use.sha256] = InterpreterPool(model, self._interpreters)
        return self._pools[use.sha256]

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()


class Service:
    """`with Service(config) as service:` runs until the block ends.

    The store is opened first: without a record nothing may be judged. `wait_until_whole` waits
    for it with the FAULT lamps on; without that, entering raises its `StoreError`. A cabinet that
    can't be opened is tried again every five seconds while the pages say what is wrong.
    """

    def __init__(
        self,
        config: Config,
        *,
        cabinet: Callable[[], Cabinet] | None = None,
        notify: Notifier | None = None,
        config_path: Path | None = None,
        machine: Machine | None = None,
        updates: UpdateWatch | None = None,
    ) -> None:
        """`cabinet` makes the cabinet anew for each try; the configuration's unless given.
        `notify` is told by the inspection loop that it turns; closed by whoever made it.
        Commissioning writes a new name of the unit into `config_path` and asks `machine` for what
        is no device: the clock, the card, the network.
        `updates` watches for updates; by itself where this version lies among releases. Raises
        `TomlError` for a measured lens that is spoilt: pictures would be taken as straight."""
        self._config_path = config_path
        self._machine = machine
        self.config = config
        self._lens = lens_in_use(config)
        self._notify = notify or Notifier()
        self._make_cabinet = cabinet or (lambda: open_cabinet(config.cabinet_settings()))
        self._base = base_of_running()
        self._updates = updates or watch_for(config, config_path, self._base)
        self._stop = threading.Event()
        self._whole: Store | None = None
        self.commands = CommandQueue()
        self.facts = Facts(
            unit=config.unit.name,
            software_version=software_version(),
            simulated=config.cabinet.kind.value == "simulated",
        )
        self._moment = system_clock()
        self.certificate = certificate_keeper(config) if config.pages.tls else None
        """What the pages are encrypted by; None where they are served in the clear."""
        self.board = StatusBoard(self._starting())
        self.first_login: FirstLogin | None = None
        """The first technician's name and PIN, on the very first start only."""

    def __enter__(self) -> Self:
        config = self.config
        self.store, self._whole = self._whole or self._open_store(), None
        try:
            self.first_login = self.store.ensure_first_technician()
            self.store.add_event("software_started", by=None, detail=self.facts.software_version)
            note_settings(self.store, config)
            # Published in the journal, too, which the service can't rewrite.
            log.warning("Audit log: head %s", self.store.audit_head())
            self._pools = Pools(config.judges.models, config.judges.interpreters)
            self._judging = ThreadWorker("judging")
            self._recording = ThreadWorker("recording")
            self._commissioning = self._commissioning_desk()
            self.pages = self._page_server()
            self.pages.start()
            self._status_socket = StatusSocket(config.data, self.board)
        except BaseException:
            self.store.close()
            raise
        self._thread = threading.Thread(target=self._run_cabinet, name="controller", daemon=True)
        self._thread.start()
        if self.certificate is not None:
            self._renewing = threading.Thread(
                target=self._keep_certificate, name="certificate", daemon=True
            )
            self._renewing.start()
        if self._updates is not None:
            self._updates.tell(self.store)
            watch = (self._stop, self.board, self.commands, self.store)
            threading.Thread(
                target=self._updates.run, args=watch, name="update-watch", daemon=True
            ).start()
        return self

    def wait_until_whole(self, stop: threading.Event) -> bool:
        """Call it before entering: shows FAULT on the lamps and says why on the pages' address
        while the record can't be opened, trying again every few seconds. False when `stop` came.

        A record that another process owns is no fault of this unit: its `InUseError` is raised.
        """
        pages = self.config.pages
        while not stop.is_set():
            try:
                self._whole = self._open_store()
                return True
            except InUseError:
                raise
            except StoreError as error:
                log.error("FAULT %s: %s", error.code, error)
                self._notify.beat(ready=False, trying=True, status=f"FAULT: {error}")
                notice = NoticePage(pages.host, pages.port, error, self._notice_tls())
                try:
                    show_fault(self._make_cabinet, stop, OPEN_AGAIN_S)
                finally:
                    notice.close()
        return False

    def _open_store(self) -> Store:
        records = self.config.records
        return Store.open(records.folder, quota_bytes=int(records.pictures_gb * 1e9))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._notify.stopping()
        self._stop.set()
        self._commissioning.close()
        self._thread.join(timeout=10)
        if self.certificate is not None:
            self._renewing.join(timeout=10)
        self._status_socket.close()
        self.board.close()
        self.pages.stop()
        for extra in self.extra_pages:
            extra.close()
        self._judging.close()
        self._recording.close()
        self._pools.close()
        self.store.close()

    @property
    def running(self) -> bool:
        """Whether the controller's thread is alive; when it isn't, the process has to end, so
        that whoever watches it starts it anew."""
        return self._thread.is_alive()

    def is_ready(self) -> bool:
        """Whether the devices are open and the first recipe is loaded or known to be missing."""
        return self.board.current()[1].state is not State.STARTING

    # -- inside -----------------------------------------------------------------------------

    def _page_server(self) -> PageServer:
        config = self.config
        config.recipes.folder.mkdir(parents=True, exist_ok=True)
        _sweep(config.recipes.folder)
        self.extra_pages = load_extra_pages(config.data, status=self.board, store=self.store)
        if self.certificate is not None:
            self._look_at_certificate(self.certificate)
        app = create_app(
            store=self.store,
            status=self.board,
            commands=self.commands,
            recipes=config.recipes.folder,
            settings=WebSettings(
                secret_key=_secret(config.records.folder / _SECRET),
                allowed_hosts=config.pages.allowed_hosts,
                challenge_every_h=config.proof.challenge_every_h,
                certificate=None if self.certificate is None else self.certificate.certificate,
            ),
            extras=self.extra_pages,
            steps=self._commissioning.plan,
            updates=None
            if self._base is None
            else desk_of_unit(self._base, TRUSTED_FILE, config, self._config_path),
            care=care_desk.Desk(config, self._config_path, self.store, self.board),
        )
        return PageServer(
            app,
            config.pages.host,
            config.pages.port,
            tls=None if self.certificate is None else self.certificate.context,
        )

    def _notice_tls(self) -> ContextSource | None:
        """None where the certificate went with the record: the notice is then in the clear."""
        if self.certificate is None:
            return None
        try:
            self.certificate.context()
        except TlsError:
            log.exception("The notice is not encrypted")
            return None
        return self.certificate.context

    def _look_at_certificate(self, keeper: CertificateKeeper) -> None:
        reason = keeper.look()
        if reason is not None:
            fingerprint = keeper.fingerprint()
            log.warning("New certificate of the pages (%s): SHA-256 %s", reason, fingerprint)
            self.store.add_event("certificate_made", detail=f"{reason}; SHA-256 {fingerprint}")

    def _keep_certificate(self) -> None:
        assert self.certificate is not None
        while not self._stop.wait(CERTIFICATE_S):
            try:
                self._look_at_certificate(self.certificate)
            except (TlsError, StoreError):
                log.exception("The certificate can't be looked after")

    def _commissioning_desk(self) -> Desk:
        return Desk(
            steps=STEPS,
            config=self.config,
            config_path=self._config_path,
            store=self.store,
            software_version=self.facts.software_version,
            machine=self._machine,
            page_port=lambda: self.pages.port,
        )

    def _run_cabinet(self) -> None:
        while not self._stop.is_set():
            try:
                with self._make_cabinet() as cabinet:
                    self._controller(cabinet).run(self._stop)
                return
            except HardwareError as error:
                log.exception("The cabinet can't be opened")
                self._show_out_of_order(error)

    def _controller(self, cabinet: Cabinet) -> Controller:
        shelf = RecipeShelf(self.config.recipes.folder, self._pools.for_recipe, self._lens)

        def load(name: str) -> LoadedRecipe:
            if self._updates is not None:
                self._updates.admit(name)
            return shelf.load(name)

        return Controller(
            cabinet=cabinet,
            load_recipe=load,
            folder_of_part=shelf.folder_of_part,
            recipe_folder=self.config.recipes.use or self._used_last(),
            judge=self._judging,
            recorder=Recorder(self.store, self._recording, self.facts),
            board=self.board,
            commands=self.commands,
            facts=self.facts,
            moment=self._moment,
            settings=self.config.controller_settings(),
            alive=self._alive,
            commissioning=self._commissioning,
        )

    def _alive(self, status: Status, lamps_obey: bool) -> None:
        """On the controller's own thread, at the end of every tick."""
        words = " ".join(fault.found for fault in status.faults) or status.step
        self._notify.beat(
            ready=lamps_obey and status.state is not State.STARTING,
            trying=status.state is State.FAULT,
            vouching=status.lamps.green,
            status=f"{status.word} {words}",
        )

    def _used_last(self) -> str | None:
        try:
            rows = self.store.events(kind="recipe_selected", limit=1)
        except StoreError:
            log.exception("Which recipe was used last can't be read")
            return None
        return rows[0].detail.rpartition(": ")[2] if rows else None

    def _starting(self) -> Status:
        return Status(
            state=State.STARTING,
            lamps=LampView(),
            since_utc=self._moment().utc,
            word="Starting…",
            step="Opening the cabinet",
            verdict=None,
            inspection_id=None,
            serial=None,
            operator=None,
            recipe=None,
            recipe_version=None,
            part_number=None,
            faults=(),
            devices=(),
            worker=None,
            software_version=self.facts.software_version,
            simulated=self.facts.simulated,
            unit=self.facts.unit,
        )

    def _show_out_of_order(self, error: HardwareError) -> None:
        """Until the next try. Published again and again: pages take silence for a lost cabinet."""
        status = self._out_of_order(error)
        for _ in range(round(OPEN_AGAIN_S / PUBLISH_S)):
            self.board.publish(status)
            self._notify.beat(ready=False, trying=True, status=f"FAULT: {error}")
            if self._stop.wait(PUBLISH_S):
                return

    def _out_of_order(self, error: HardwareError) -> Status:
        fault = FaultView(
            code="cabinet",
            device=error.device,
            found=error.found,
            action=error.action,
            since_utc=self._moment().utc,
        )
        return replace(
            self._starting(),
            state=State.FAULT,
            word="FAULT",
            step="Trying again by itself.",
            faults=(fault,),
        )


def certificate_keeper(config: Config) -> CertificateKeeper:
    """Of this unit's pages; makes nothing yet."""
    return CertificateKeeper(
        config.data / TLS_FOLDER,
        names=lambda: names_of_this_unit(config.pages.allowed_hosts),
    )


def _sweep(recipes: Path) -> None:
    """Of recipes that a power cut left half written nobody ever hears again."""
    try:
        count = sweep_unfinished(recipes)
    except OSError:
        log.exception("What a power cut left among the recipes can't be removed")
        return
    if count:
        log.warning("Removed %d recipes that a power cut left half written", count)


def _secret(path: Path) -> bytes:
    """The key that signs sessions: made on the first start, readable by the service alone."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            key = secrets.token_bytes(32)
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        return key
