"""Which runtime, and whether its delegate XNNPACK takes part. Runs in the emulated system."""

from __future__ import annotations

import importlib
import sys
from functools import partial

import appliance.vision.interpreter


def choose(name: str, *, xnnpack: bool) -> None:
    """The product's one way to an interpreter opens this one from now on."""
    module = importlib.import_module(f"{name}.interpreter")
    chosen = module.Interpreter
    if not xnnpack:
        resolver = module.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        chosen = partial(chosen, experimental_op_resolver_type=resolver)
    appliance.vision.interpreter._runtime = lambda: chosen


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
