"""Running the site: set-up, serving, health, backup."""
