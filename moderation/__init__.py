"""A comment moderation service: judge, queue, decide, tell the site, learn.

draft, text, sketch, verdict, rules       the core: pure, no I/O
judgement                                 what the core is for: a case in, a verdict out
classifier                                the trained part; the only home of scikit-learn and joblib
store                                     tables, engines, migrations
history                                   what a site saw before a comment
intake, review, feedback                  what the service does, one module a subject
sites, moderators                         who it does it for, and who decides
web, cli                                  the edges: HTTP pages and API, the command line
settings, log                             what an operator may set, and what he reads
"""
