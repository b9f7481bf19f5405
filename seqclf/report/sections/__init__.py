"""The sections of a run's report, a file each: a function from what is known of a run to a section, or None."""
