"""A forward pass of BERT-base's shape with random weights: what a transformer costs at least.

Without a tokenizer, whose time would come on top; the number of tokens is estimated from the bytes.
"""

import torch

_VOCABULARY = 30_522
_WIDTH = 768
_LONGEST = 512
# English takes about so many bytes a word piece; two more tokens mark beginning and end.
_BYTES_A_TOKEN = 4.5


class BertBase:
    """Twelve layers of twelve heads."""

    def __init__(self) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(0)
        self._tokens = torch.nn.Embedding(_VOCABULARY, _WIDTH)
        self._places = torch.nn.Embedding(_LONGEST, _WIDTH)
        layer = torch.nn.TransformerEncoderLayer(
            _WIDTH, 12, dim_feedforward=4 * _WIDTH, activation="gelu", batch_first=True
        )
        self._layers = torch.nn.TransformerEncoder(layer, 12).eval()
        self._answer = torch.nn.Linear(_WIDTH, 6)

    def one(self, text: str) -> list[float]:
        """Run one text through all layers."""
        count = min(_LONGEST, 2 + round(len(text.encode()) / _BYTES_A_TOKEN))
        with torch.inference_mode():
            tokens = torch.arange(count).remainder(_VOCABULARY).unsqueeze(0)
            entered = self._tokens(tokens) + self._places(torch.arange(count))
            scores: list[float] = self._answer(self._layers(entered)[:, 0]).sigmoid()[0].tolist()
        return scores
