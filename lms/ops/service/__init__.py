"""Use cases of whoever runs the site; import the module you need."""
