"""Care of the unit: a backup that another unit takes over from, what a maker needs to help, and how
the card is doing. Everything here runs beside the service or instead of it, never inside its loop.
"""
