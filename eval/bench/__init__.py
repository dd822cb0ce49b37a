"""Public benchmark sets in the forms that `trendwise eval` runs. The sets themselves are not part of the project."""
