"""Language modelling: text, character by character."""
