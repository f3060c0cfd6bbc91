"""How the running system is watched: logs, metrics, traces. It decides nothing."""
