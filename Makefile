# What can be done here; each line is one thing. `make run` is where to begin.
.PHONY: run test check journeys bench docs

run:      ; tools/setup.sh run && .venv/bin/gangmu demo
test:     ; tools/setup.sh tests && .venv/bin/python tools/test.py
check:    ; tools/setup.sh check && .venv/bin/python tools/check.py
journeys: ; tools/setup.sh tests && .venv/bin/python -m pytest -m journey
bench:    ; tools/setup.sh tests && .venv/bin/python tools/bench.py
docs:     ; tools/setup.sh check && .venv/bin/python tools/docs.py
