"""A comment moderation service: judge, queue, decide, tell the site, learn.

draft, text, sketch, verdict, rules       the core: pure, no I/O
urgency, chance                           how soon a person should look; which lots are drawn
judgement                                 what the core is for: a case in, a verdict out
classifier                                the trained part; the only home of scikit-learn and joblib
store                                     tables, engines, migrations
history, copies, waves, delivery          what a site saw before a comment; whom a decision must be told
access, audit                             what a moderator may look at; the record of what people did
intake, review, feedback, figures         what the service does, one module a subject
sites, policies, moderators, callbacks    for whom, what they set, who decides, where they are told
importers, backtests                      a site's past; a changed policy on past comments
outgoing, sending                         posting to others' servers; telling sites of decisions
web, cli                                  the edges: pages, API, dialects of others; the command line
settings, log                             what an operator may set, and what he reads
"""
