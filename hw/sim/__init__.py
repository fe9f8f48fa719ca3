"""A cabinet without hardware: the same contracts, coupled by one simulated world."""
