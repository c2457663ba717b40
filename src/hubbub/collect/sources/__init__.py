"""The built-in sources, one module each, found through the entry-point group `hubbub.sources`."""
