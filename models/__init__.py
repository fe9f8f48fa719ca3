"""The workshop: nets, export, and the released models. Never imported on the device."""
