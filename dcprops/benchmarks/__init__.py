"""How fast dcprops is, beside what one would use or write without it: what `dcprops bench` measures."""
