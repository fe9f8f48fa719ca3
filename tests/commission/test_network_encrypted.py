"""The step 'network' asks the running, encrypted page, and believes no other certificate's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from appliance.commission.network import _says_status
from appliance.commission.steps import Work
from appliance.config import Records
from appliance.tls import FOLDER, CertificateKeeper
from appliance.web import PageServer
from tests.commission.rig import Rig
from tests.web import demo as demos


def test_only_the_unit_with_its_own_certificate_answers(rig: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "running"
    config = replace(rig.config, records=Records(folder=folder / "records"))
    keeper, stranger = CertificateKeeper(folder / FOLDER), CertificateKeeper(tmp_path / "strange")
    with demos.make(folder, certificate=keeper.certificate) as demo:
        unit = demo.board.current()[1].unit
        config = replace(config, unit=replace(config.unit, name=unit))
        work = Work(
            bench=None,  # type: ignore[arg-type]
            talk=None,  # type: ignore[arg-type]
            config=config,
            config_path=None,
            store=demo.store,
            page_port=None,
            machine=rig.machine,
        )
        answers = []
        for source in (keeper, stranger):
            server = PageServer(demo.app, "127.0.0.1", 0, tls=source.context)
            server.start()
            keeper.look()
            answers.append(_says_status("127.0.0.1", server.port, work))
            server.stop()
    assert answers == [True, False]
