"""One network a file, defined here so that no outside model zoo is needed to rebuild one."""
