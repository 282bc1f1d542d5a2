"""Use cases of certificates: `issuing` awards and erases, `paper` turns an award into a page and then into a file."""
