"""The step 'certificate': the pages are encrypted by a key of the unit's own, and whoever sits at
the browser has compared its fingerprint once."""

from __future__ import annotations

from appliance.commission.steps import DONE, YES_NO, Work
from appliance.commission.values import Choice, Finding, Note, Outcome, Prompt
from appliance.tls import FOLDER, CertificateKeeper, names_of_this_unit


def certificate(work: Work) -> Finding:
    """On the terminal the fingerprint is told; on the page it is compared: somebody between the
    browser and the unit would show his own page, but not his own terminal. Raises `TlsError`."""
    pages = work.config.pages
    if not pages.tls:
        return Finding(
            outcome=Outcome.FAILED,
            found="The pages are not encrypted: PINs cross the network in the clear.",
            next_step="Set tls = true under [pages] in the unit's configuration and start it anew.",
        )
    keeper = CertificateKeeper(
        work.config.data / FOLDER, names=lambda: names_of_this_unit(pages.allowed_hosts)
    )
    if work.page_port is None:
        keeper.look()
    found = keeper.certificate()
    here = work.page_port is None
    text, choices = _question(found.fingerprint, on_terminal=here)
    same = work.talk.ask(Prompt(name="fingerprint", text=text, choices=choices)) != "no"
    notes = (
        Note(name="SHA-256", text=found.fingerprint, passed=same),
        Note(name="valid until", text=f"{found.not_after:%Y-%m-%d}"),
        Note(name="names", text=", ".join(found.names.hosts)),
    )
    if not same:
        return Finding(
            outcome=Outcome.FAILED,
            found="The browser was shown another certificate than the unit's.",
            next_step="Type no PIN. Find out who answers at this address; connect the laptop to "
            "the unit directly and compare again.",
            notes=notes,
        )
    return Finding(
        outcome=Outcome.PASSED,
        found="The pages have a certificate of the unit's own; its fingerprint is told."
        if here
        else "The browser is shown the unit's own certificate.",
        notes=notes,
    )


def _question(fingerprint: str, *, on_terminal: bool) -> tuple[str, tuple[Choice, ...]]:
    if on_terminal:
        return (
            "Write this fingerprint down, or keep it in sight: the browser shows the same one when "
            f"it first asks whether to trust the unit.\n    {fingerprint}",
            DONE,
        )
    return (
        "Open the certificate in the browser's own display (the sign beside the address) and say "
        "`goldenboard tls show` on the unit's terminal. Is the SHA-256 fingerprint the same? This "
        f"page takes it for {fingerprint}",
        YES_NO,
    )
