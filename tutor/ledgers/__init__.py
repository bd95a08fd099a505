"""Models row by row: rows, one walk, a live Keras model explained."""
