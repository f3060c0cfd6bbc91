"""What every page of every service shares: the frame, its tags, paging, export, live fragments."""
