"""What has been kept long enough goes: by what each site chose, and what only serves for a while."""

from moderation.pruning.counting import Count
from moderation.pruning.periods import Kind, count_over, prune_site
from moderation.pruning.serving import count_stale, prune_stale

__all__ = ["Count", "Kind", "count_over", "count_stale", "prune_site", "prune_stale"]
