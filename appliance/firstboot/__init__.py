"""First-boot settings: what a technician wrote onto the boot partition, taken up once and kept.

files on the boot partition → `custom_toml`, `cloud` → `settings` → `kept` (one durable file) →
`derived` (the system's own files, laid down again at every start) by `apply`
"""
