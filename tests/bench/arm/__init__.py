"""The device's own wheels on an emulated Cortex-A72: the same calls, and what they cost there."""
