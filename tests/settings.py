"""The site as tests see it: a data folder of its own that goes away, and quick password hashes."""

import os
import tempfile

# Each process has its own folder, removed by conftest.py: nothing meets a site's data or another worker's.
os.environ["GANGMU_DATA"] = tempfile.mkdtemp(prefix="gangmu-tests-")

from gangmu.site.settings import *  # noqa: F403 -- the folder has to be named first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
