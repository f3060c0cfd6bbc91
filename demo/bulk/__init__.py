"""A company as large as wished, written straight into the tables, to measure on."""
