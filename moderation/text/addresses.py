"""What a web address, a mailbox and a host look like in a folded text."""

import re

# A bracket ends an address: BBCode puts one on either side of it.
_REST = r"""[^\s<>"'`\[\])}“”‘’«»]"""
# Endings that spam and people both use, and any two letters before a path.
_ENDING = (
    r"(?:com|net|org|biz|xyz|ru|cn|"
    r"(?P<word>info|shop|site|online|store|top|club|example|[a-z]{2}(?=/\w)))"
)
LINK = re.compile(
    # But an address of IPv6 begins with one.
    rf"(?:https?://\[?|\bwww\.(?=\w)){_REST}+"
    # A bare name counts only under such an ending, or every missing space after a full stop would be
    # a link. The repeats are bounded, because a text of dots and letters would otherwise take time
    # that grows with its square.
    rf"|\b(?=\w)(?P<mailbox>[\w.+-]{{1,64}}+@)?(?:[a-z0-9-]{{1,63}}\.){{1,8}}{_ENDING}"
    rf"(?:\.[a-z]{{2}})?\b(?:/{_REST}*)?"
)
# A text without this or "://" has no address. Sought much sooner than one, as it begins with a dot.
DOTTED = re.compile(rf"\.(?:{_ENDING}|(?<=www\.)\w)")
# As browsers read it: what stands before the last @ is a name and a password, and a backslash
# ends the host like a slash does.
HOST = re.compile(r"(?:https?:)?+[/\\]*+(?:[^/\\?#]*@)?+(\[[0-9a-f:.]+\]?|[^\s/\\?#:@,;!&|*\[\]。—–]+)")
