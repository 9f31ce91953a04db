"""What the service refuses to do, said to whoever asked."""


class Refusal(Exception):
    """A request that cannot be granted. The message is for the person who made it."""
