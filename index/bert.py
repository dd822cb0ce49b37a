"""A BERT sentence encoder read from a sentence-transformers folder, in plain torch.

The `sentence_transformers` library gives the same vectors, but importing it takes several times as long as
everything else at start-up, and it sorts texts by characters where this sorts by tokens, so that less padding is
computed. Other architectures go through the library (`index.embedder`).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional

_POOLING = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}


def supports(model_dir: Path) -> bool:
    """Whether the folder holds a BERT encoder with mean or first-token pooling, and nothing after it but scaling."""
    config = _json(model_dir / "config.json")
    modules = [module["type"].rpartition(".")[2] for module in _json(model_dir / "modules.json", [])]
    return (
        (config.get("model_type"), config.get("hidden_act"), config.get("position_embedding_type", "absolute"))
        == ("bert", "gelu", "absolute")
        and modules in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and _pooling(model_dir) is not None
        and (model_dir / "tokenizer.json").is_file()
    )


class BertEncoder:
    """Not safe for threads: the caller holds a lock."""

    def __init__(self, model_dir: Path) -> None:
        config = _json(model_dir / "config.json")
        self._heads: int = config["num_attention_heads"]
        self._layers: int = config["num_hidden_layers"]
        self._epsilon: float = config["layer_norm_eps"]
        self._pooling = _pooling(model_dir)
        self._prompts: dict[str, str] = _json(model_dir / "config_sentence_transformers.json", {}).get("prompts", {})
        limit = _json(model_dir / "sentence_bert_config.json", {}).get("max_seq_length")
        self._tokenizer = Tokenizer.from_file(str(model_dir / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(limit or config["max_position_embeddings"])
        weights = load_file(model_dir / "model.safetensors")
        self._weights = {name.removeprefix("bert."): value.float() for name, value in weights.items()}

    def tokens(self, texts: Sequence[str], kind: Literal["query", "passage"]) -> list[list[int]]:
        prompt = self._prompts.get("query" if kind == "query" else "document", "")
        encoded = self._tokenizer.encode_batch_fast([prompt + text for text in texts])
        return [each.ids for each in encoded]

    def knows(self, word: str) -> bool:
        """Whether the word is a piece of the vocabulary by itself: BERT's has the 20,000 most common words."""
        return self._tokenizer.token_to_id(word) is not None

    @torch.inference_mode()
    def encode(self, batch: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Unit vectors of token sequences, shape (len(batch), dimension). Quickest when they are equally long."""
        longest = max(map(len, batch))
        ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in batch])
        lengths = torch.tensor([len(row) for row in batch])
        mask = torch.arange(longest)[None, :] < lengths[:, None]
        hidden = self._embed(ids)
        attention_mask = None if bool(mask.all()) else mask[:, None, None, :]
        for layer in range(self._layers):
            hidden = self._layer(f"encoder.layer.{layer}.", hidden, attention_mask)
        pooled = hidden[:, 0] if self._pooling == "cls" else (hidden * mask[:, :, None]).sum(1) / lengths[:, None]
        vectors: NDArray[np.float32] = functional.normalize(pooled, dim=1).numpy()
        return vectors

    def _embed(self, ids: torch.Tensor) -> torch.Tensor:
        weights = self._weights
        hidden = weights["embeddings.word_embeddings.weight"][ids]
        hidden = hidden + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        hidden = hidden + weights["embeddings.token_type_embeddings.weight"][0]
        return self._norm("embeddings.LayerNorm", hidden)

    def _layer(self, name: str, hidden: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        rows, length, width = hidden.shape

        def heads(part: str) -> torch.Tensor:
            return (
                self._linear(f"{name}attention.self.{part}", hidden).view(rows, length, self._heads, -1).transpose(1, 2)
            )

        mixed = functional.scaled_dot_product_attention(heads("query"), heads("key"), heads("value"), attn_mask=mask)
        mixed = self._linear(f"{name}attention.output.dense", mixed.transpose(1, 2).reshape(rows, length, width))
        hidden = self._norm(f"{name}attention.output.LayerNorm", hidden + mixed)
        inner = functional.gelu(self._linear(f"{name}intermediate.dense", hidden))
        return self._norm(f"{name}output.LayerNorm", hidden + self._linear(f"{name}output.dense", inner))

    def _linear(self, name: str, hidden: torch.Tensor) -> torch.Tensor:
        return functional.linear(hidden, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, name: str, hidden: torch.Tensor) -> torch.Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(hidden, weight.shape, weight, bias, self._epsilon)


def _pooling(model_dir: Path) -> str | None:
    """The one pooling mode that is on, where this module knows it."""
    config = _json(model_dir / "1_Pooling" / "config.json", {})
    on = [name for name, value in config.items() if name.startswith("pooling_mode_") and value]
    return _POOLING.get(on[0]) if len(on) == 1 else None


def _json(path: Path, default: Any = None) -> Any:
    if default is not None and not path.is_file():
        return default
    return json.loads(path.read_text(encoding="utf-8"))
