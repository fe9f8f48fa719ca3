"""Why a bundle or an update was refused. The running version stays in every case."""

from __future__ import annotations

from appliance.refusal import Refusal


class UpdateError(Refusal):
    """An update was refused or given up; the version that ran before is the one that runs."""


class BundleError(UpdateError):
    """A file that is no whole bundle of ours."""


class SignatureError(UpdateError):
    """A bundle that nobody signed whom this unit trusts, or keys that can't be read."""


class UnfitError(UpdateError):
    """A whole and signed bundle that is not for this unit as it is now."""
