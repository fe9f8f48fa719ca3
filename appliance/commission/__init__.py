"""Commissioning: a new unit is proven step by step, and what was measured is kept."""
