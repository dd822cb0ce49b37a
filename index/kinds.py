"""The three types of FAISS index that a generation can be, by its size. All rank by inner product.

- `flat` compares with every vector, exactly.
- `sq8` still compares with every vector, of a byte a dimension instead of four: a quarter of the memory, several times
  the speed.
- `ivf` keeps such bytes in lists of vectors that lie together and looks at the nearest lists only, so that its time hardly
  grows with the reports. Among filtered vectors it looks at more lists, so that filters cost no recall.

The cosines of the last two are off by about 0.001; whoever ranks by them ranks again by the exact ones. The same vectors make
the same index. Figures of these types and of those that were not taken: `python -m eval.bench.search`.
"""

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

EXACT_UP_TO = 50_000
"""Vectors up to which all of their four bytes are kept."""
_SCANNED = 3
"""By how many times more vectors are still compared with one by one."""
_LISTS_PER_ROOT = 2
"""Lists for each square root of the number of vectors: as many as cost about what the vectors looked at in them do."""
_PROBES = 128
"""Lists that are looked at. Of a million vectors these are one in sixteen."""
_TRAINED_ON = 65_536
"""Vectors that tell the range of each dimension and the middle of each list."""
_ROUNDS = 8
"""Of k-means: more of them find hardly more neighbours."""


def kind_for(count: int, exact_up_to: int = EXACT_UP_TO) -> str:
    """The type that suits so many vectors."""
    if count <= exact_up_to:
        return "flat"
    return "sq8" if count <= _SCANNED * exact_up_to else "ivf"


def build(kind: str, vectors: Vector) -> Any:
    """The index of that type with the vectors as its rows."""
    index = {"flat": _flat, "sq8": _scalar, "ivf": _lists}[kind](vectors)
    index.add(vectors)
    return index


def keep(index: Any, stay: NDArray[np.bool_]) -> None:
    """Takes all other rows out of the index; those that stay move up, in their order."""
    api: Any = faiss
    index.remove_ids(api.IDSelectorBitmap(np.packbits(~stay, bitorder="little")))
    if isinstance(index, faiss.IndexIVF):  # its lists name the rows by their old numbers
        lists: Any = index.invlists
        moved = np.cumsum(stay) - 1
        for number in range(index.nlist):
            if size := lists.list_size(number):
                rows = api.rev_swig_ptr(lists.get_ids(number), size)
                rows[:] = moved[rows]


def parameters(index: Any, allowed: NDArray[np.bool_]) -> Any:
    """FAISS search parameters that let only these rows be found. Faiss's own stubs don't know its keyword forms."""
    api: Any = faiss
    selector = api.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
    if isinstance(index, faiss.IndexIVF):
        return api.SearchParametersIVF(sel=selector, nprobe=_probes_among(index, int(allowed.sum())))
    return api.SearchParameters(sel=selector)


def _probes_among(index: Any, allowed: int) -> int:
    """So many lists that as many allowed vectors are looked at as without a filter; all of them where few are allowed."""
    return int(min(index.nlist, np.ceil(index.nprobe * index.ntotal / max(1, allowed))))


def _flat(vectors: Vector) -> Any:
    return faiss.IndexFlatIP(vectors.shape[1])


def _scalar(vectors: Vector) -> Any:
    index = faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    index.train(_sample(vectors))
    return index


def _lists(vectors: Vector) -> Any:
    dimension, lists = vectors.shape[1], int(_LISTS_PER_ROOT * np.sqrt(len(vectors)))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT, False
    )
    index.nprobe = min(_PROBES, lists)
    index.cp.niter, index.cp.spherical, index.cp.min_points_per_centroid = _ROUNDS, True, 1
    index.train(_sample(vectors))
    return index


def _sample(vectors: Vector) -> Vector:
    return np.ascontiguousarray(vectors[:: len(vectors) // _TRAINED_ON + 1])
