"""The site as tests see it: a data folder of its own that goes away, and quick password hashes."""

import atexit
import os
import shutil
import tempfile

# Each process has its own folder: nothing meets a site's data or another worker's.
os.environ["GANGMU_DATA"] = tempfile.mkdtemp(prefix="gangmu-tests-")
atexit.register(shutil.rmtree, os.environ["GANGMU_DATA"], ignore_errors=True)

from gangmu.site.settings import *  # noqa: E402, F403 -- the folder has to be named first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
