"""The cabinet itself: a box of MDF with a drawer for cradles, drawn from a few numbers."""
