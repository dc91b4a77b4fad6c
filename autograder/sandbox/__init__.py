"""Between the two sides: starts workers, bounds them, and believes nothing that they say."""
