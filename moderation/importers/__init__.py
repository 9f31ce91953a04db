"""Bring the comments that a site has had elsewhere, with what was decided on them."""
