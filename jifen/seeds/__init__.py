"""What the demo's brand begins with, one file a part."""
