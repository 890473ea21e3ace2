"""An office's first day: an empty site gets its pack, its top and its first officer, and everybody a slip to sign in with."""
