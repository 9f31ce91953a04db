"""A comment moderation service: judge, queue, decide, tell the site, learn.

draft, text, sketch, verdict, rules       the core: pure, no I/O
judgement                                 what the core is for: a case in, a verdict out
classifier                                the trained part; the only home of scikit-learn and joblib
store                                     tables, engines, migrations
history, delivery                         what a site saw before a comment; whom a decision must be told
intake, review, feedback, counts          what the service does, one module a subject
sites, moderators, callbacks              who it does it for, who decides, and where sites are told
importers                                 what a site decided before it came
outgoing, sending                         posting to others' servers; telling sites of decisions
web, cli                                  the edges: pages, API, dialects of others; the command line
settings, log                             what an operator may set, and what he reads
"""
