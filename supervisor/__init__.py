"""Starts and watches a whole aTES on one machine: real servers, then the processes that use them."""
