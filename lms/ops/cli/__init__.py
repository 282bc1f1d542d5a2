"""Commands of whoever runs the site; `start` imports little, because it runs before every start."""
