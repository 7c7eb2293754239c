"""The door for people: pages over the engine. It asks and shows; it does not calculate."""
