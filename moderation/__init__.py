"""A comment moderation service: judge, queue, decide, tell the site, learn.

draft, verdict, text, rules, judgement    the core: pure, no I/O
classifier                                the trained part; the only home of scikit-learn and joblib
store                                     tables, engines, migrations
intake, review, feedback                  what the service does, one module a subject
sites, moderators                         who it does it for, and who decides
web, cli                                  the edges: HTTP pages and API, the command line
settings, log                             what an operator may set, and what he reads
"""
