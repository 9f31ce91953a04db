"""The dialect of Perspective's Comment Analyzer, version v1alpha1: clients change the address only.

routes            the addresses
calls             one call, however it came: its key, its operation, its answer
batch             many calls in one request
cors              which pages may ask from a browser
discovery         the document from which Google's clients learn where and how to ask
analysis          comments:analyze
suggestion        comments:suggestscore
requests          what both read, and what they refuse of it
attributes        what we answer for each name
failures          what goes wrong, in Google's shape
"""

from moderation.web.perspective.routes import bp

__all__ = ["bp"]
