"""The commands of ``gangmu``, one module each; each is named in ``gangmu.site.cli``."""
