"""Signs and stickers for the street: content, layout, and PDF or SVG output."""
