"""A page that shows the first half of the slides with the numbers of a person's own network."""
