"""Kill anything, lose nothing (E3): real processes under load, a nemesis, and a history checker.

`make chaos` runs it for minutes; a short seeded run and the crash points belong to `make test`.
"""
