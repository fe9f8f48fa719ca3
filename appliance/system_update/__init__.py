"""Updates of the whole system: two slots on the card, RAUC as the installer, the firmware's tryboot
as the way to try the other one."""
