"""The demonstration: people to sign in as, and a lively week to look at. Never in production."""
