"""Pictures of layers and models: each module turns one kind of thing into a scene. Standard library only."""
