"""The gate that a candidate must pass before it may serve, and the report of what it found.

figures, intervals  what is measured on decided comments, and how far chance may have moved it
policy              by how much a candidate may be worse, and what is made of an interval
checks, fixed       the questions that are asked: of decided comments, and of texts that never change
flips, words        what would change: which comments end otherwise, and which words moved
sentences           what was found, said for people
report, bars, page  all of it as one value, kept beside the model as JSON and as a page
comparing           two models in, a report out
"""

from moderation.classifier.gate.comparing import compare, compare_decisions
from moderation.classifier.gate.fixed import Models, review_at_most
from moderation.classifier.gate.report import REPORT_FOR_PEOPLE, Check, Finding, Report, read, save

__all__ = [
    "REPORT_FOR_PEOPLE",
    "Check",
    "Finding",
    "Models",
    "Report",
    "compare",
    "compare_decisions",
    "read",
    "review_at_most",
    "save",
]
