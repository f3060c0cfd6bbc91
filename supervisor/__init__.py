"""Starts and watches a whole aTES on one machine: real servers, then what uses them."""
