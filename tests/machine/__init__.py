"""A unit's image as a running machine: an emulated 64-bit ARM board (QEMU, Cortex-A72, no KVM).

`disk` is the image and what lies in its partitions, `firmware` decides as a Raspberry Pi's does
which partition's kernel is started, `board` starts, talks to, and cuts the power of a machine.
"""
