"""Draw: a built layer or a ledger in, a scene out; and from a scene an SVG, or a matplotlib figure."""
