"""Benchmarks that anyone can rerun: `make bench-speed` and `make bench-quality`.

metrics, twin                  what is computed: measures of quality, and our model inside scikit-learn
texts                          what is judged: comments, hostile texts, a long list of terms
ours, bert, contestants        who judges
worker, running                each contestant in a process of its own, timed inside it
rounds, inside                 what is timed: all contestants in turns, and the parts of our own path
speed, quality, baseline       the two programs, and a plain model to compare with
patterns                       what published catastrophic patterns cost as an owner's rules
report, plot                   what they write into docs/benchmarks/

No text leaves the machine: contestants that ask a server are not measured.
"""
