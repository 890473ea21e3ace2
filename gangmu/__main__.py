"""``python -m gangmu`` is the command ``gangmu``."""

from gangmu.site.cli import main

raise SystemExit(main())
