"""What became of comments, in figures: for owners, for moderators, and for Akismet's clients.

ends          the one query for how comments ended, by day or month
counts        how many of each, as Akismet's clients ask
estimates     how sure a share is that was found on a sample; knows no database
opinions      how often two moderators said the same of one comment
overview      all that moderators see on one page
overturned    what people decided otherwise than the service
"""

from moderation.figures.estimates import FEWEST, Agreement, Estimate
from moderation.figures.opinions import agreements
from moderation.figures.overturned import Overturned, overturned
from moderation.figures.overview import Day, Decided, Overview, overview

__all__ = [
    "FEWEST",
    "Agreement",
    "Day",
    "Decided",
    "Estimate",
    "Overturned",
    "Overview",
    "agreements",
    "overturned",
    "overview",
]
