"""The parts of the campaign of bounds."""
