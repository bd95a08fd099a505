"""What a lesson asks, and what it makes of an answer: numbers as typed, mistakes by name, steps."""
