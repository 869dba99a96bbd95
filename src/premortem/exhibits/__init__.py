"""Tables and figures: each a module with `data()` and `chart()`."""
