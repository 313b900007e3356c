"""One widget a module, named like what it shows."""
