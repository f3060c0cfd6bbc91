"""What there is to know about every event, read from the files of the contracts: for pages, for
`docs/events.md` and for an AsyncAPI document. Nothing here is written by hand twice."""
