"""Whole-version updates: a signed bundle is installed beside the running version, proven, switched
to in one step, and left again by itself when it does not get ready."""
