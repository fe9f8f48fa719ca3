"""Files for slicers and CAD programs, byte for byte the same on every run."""

from cradles.export.step import step_bytes
from cradles.export.stl import stl_bytes
from cradles.export.threemf import threemf_bytes

__all__ = ["step_bytes", "stl_bytes", "threemf_bytes"]
