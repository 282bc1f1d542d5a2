"""Museums and centres, and who works where."""
