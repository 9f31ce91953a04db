"""`make bench-http`: the service under load, side by side with others on the same machine."""
