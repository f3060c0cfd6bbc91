"""What `make bench` runs: every claim of speed as a ratio to something measured in the same run."""
