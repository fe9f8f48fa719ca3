"""The tiny product's only module; see tiny.py."""


def main() -> int:
    return 0
