"""How services tell each other what happened: contracts, outbox, relay, inbox, dead letters."""
