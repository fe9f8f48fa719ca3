"""Every sentence of the pages, by key: English here, other languages as catalogues beside it.

A catalogue may be incomplete: what it lacks is shown in English. Add a language by a module
`texts_xx.py` with a `TEXTS` of the same keys and an entry in `CATALOGUES`; a test holds the
placeholders equal. A plug-in's pages `add` theirs, in the same form.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import has_request_context, request

from appliance.web.texts_audit_en import TEXTS as AUDIT
from appliance.web.texts_en import TEXTS as PAGES
from appliance.web.texts_proof_en import TEXTS as PROOF
from appliance.web.texts_update_en import TEXTS as UPDATE

ENGLISH: Mapping[str, str] = {**PAGES, **AUDIT, **PROOF, **UPDATE}
CATALOGUES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH}
"""Waiting for their translators: pt, ko, de."""
_added: dict[str, dict[str, str]] = {"en": {}}


class UnknownTextError(KeyError):
    """A page asks for a sentence that is not in the English catalogue: a bug in the page."""


def add(catalogues: Mapping[str, Mapping[str, str]]) -> None:
    """Sentences of a plug-in, by language; their keys begin with its name."""
    for tongue, sentences in catalogues.items():
        _added.setdefault(tongue, {}).update(sentences)


def language() -> str:
    """The first language of the browser that there is a catalogue for."""
    if not has_request_context():
        return "en"
    return request.accept_languages.best_match(tuple(CATALOGUES)) or "en"


def t(key: str, **values: object) -> str:
    """The sentence with its {placeholders} filled in; not yet escaped (the template does)."""
    home = CATALOGUES if key in ENGLISH else _added
    if key not in home["en"]:
        raise UnknownTextError(key)
    sentence = home.get(language(), {}).get(key, home["en"][key])
    return sentence.format(**values) if values else sentence


def tn(key: str, count: int, **values: object) -> str:
    """`key.one` or `key.many`, with {count}."""
    return t(f"{key}.one" if count == 1 else f"{key}.many", count=count, **values)
