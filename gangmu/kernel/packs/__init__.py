"""Load, check, version and freeze the YAML that everything else obeys."""
