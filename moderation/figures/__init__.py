"""What became of comments, in figures: for owners, for moderators, and for Akismet's clients.

drift         what moved away from the weeks before
ends          the one query for how comments ended, by day or month
bands         where a week's figure usually lies; knows no database
counts        how many of each, as Akismet's clients ask
estimates     how sure a share is that was found on a sample; knows no database
opinions      how often two moderators said the same of one comment
operations    what operators watch: the queue, deliveries, the last day's decisions
overview      all that moderators see on one page
new_words     words that came up in the last week
overturned    what people decided otherwise than the service
shadows       what a model on trial says beside the serving one
"""

from moderation.figures.drift import Figure, Point, Warned, Week, points, together, warnings, weeks
from moderation.figures.estimates import FEWEST, Agreement, Estimate
from moderation.figures.new_words import NewWords, new_words
from moderation.figures.opinions import agreements
from moderation.figures.overturned import Overturned, overturned
from moderation.figures.overview import Day, Decided, Overview, overview
from moderation.figures.shadows import OnTrial, on_trial

__all__ = [
    "FEWEST",
    "Agreement",
    "Day",
    "Decided",
    "Estimate",
    "Figure",
    "NewWords",
    "OnTrial",
    "Overturned",
    "Overview",
    "Point",
    "Warned",
    "Week",
    "agreements",
    "new_words",
    "on_trial",
    "overturned",
    "overview",
    "points",
    "together",
    "warnings",
    "weeks",
]
