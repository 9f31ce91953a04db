"""Simulate the owner of a blog on real comments, and show what learning from her decisions brings.

comments    what there is to decide on: texts of public data, kept apart from what the base learns
policy      what the moderator thinks of a comment
stream      comments as they go by, with her decisions, her mistakes and the truth
base        the model that serves before anything is learnt, made without the stream's texts
learning    what is learnt from decisions, or why nothing is
measuring   what a model does to comments of which the truth is known
"""
