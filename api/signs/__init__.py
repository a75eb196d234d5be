"""Signs and stickers for in the street: what stands on them, where, and as PDF or SVG."""
