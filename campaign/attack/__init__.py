"""The parts of the tables of attacks."""
