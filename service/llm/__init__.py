"""Language models behind one seam, and the catalogue that fetches and verifies them."""
