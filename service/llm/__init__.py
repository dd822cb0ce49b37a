"""Language models behind one seam, and the catalogue that fetches and verifies them."""

import os

# The threads that compute one matrix meet several hundred times a token. Left alone, OpenMP lets them wait for each other
# spinning, which on a machine that does anything else takes the very time the other thread needs: 60 s became 4 s for
# the same 87 tokens. OpenMP reads this once, when llama.cpp is loaded, so it stands here, before anything loads it.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
