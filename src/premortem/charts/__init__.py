"""One look for every picture: the theme, marks that charts share, maps, and charts as files."""
