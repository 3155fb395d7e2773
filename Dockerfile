# The program, its release and nothing else. Build: docker build -t ctl-kg .
# Run: see docs/running.md; the root file system may be read-only.
ARG PYTHON_IMAGE=python:3.11-slim

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /source
RUN python -m venv --without-pip /opt/ctl-kg
COPY requirements/run.lock requirements/
RUN python -m pip --python /opt/ctl-kg/bin/python install --require-hashes --only-binary :all: \
        -r requirements/run.lock
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY LICENSES LICENSES
# Installing bundles the website's styles and scripts from npm packages.
COPY frontend frontend
COPY src src
COPY ontology ontology
COPY data data
COPY shapes shapes
COPY queries queries
RUN python -m pip --python /opt/ctl-kg/bin/python install --no-deps . \
 && /opt/ctl-kg/bin/ctl-kg build --out /srv/ctl-kg/release

FROM ${PYTHON_IMAGE}
# Neither installers nor build tools are needed any more.
RUN python -m pip uninstall --yes --quiet pip setuptools wheel
COPY --from=build /opt/ctl-kg /opt/ctl-kg
COPY --from=build /srv/ctl-kg /srv/ctl-kg
ENV PYTHONDONTWRITEBYTECODE=1 \
    CTL_KG_HOST=0.0.0.0 \
    CTL_KG_PORT=8000 \
    CTL_KG_RELEASE_DIR=/srv/ctl-kg/release \
    CTL_KG_LOG_FORMAT=json
USER 10001:10001
WORKDIR /srv/ctl-kg
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["/opt/ctl-kg/bin/python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['CTL_KG_PORT'] + '/readyz', timeout=4)"]
ENTRYPOINT ["/opt/ctl-kg/bin/ctl-kg"]
CMD ["serve"]
