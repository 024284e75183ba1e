"""How an interaction is answered: in time, with its outcome or its failure."""
