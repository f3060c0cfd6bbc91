"""The contracts between services, as data; and how an old version becomes the next one."""
