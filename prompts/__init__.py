"""The texts given to the language model, one file each, and the one function that fills them."""
