# The image of all Lantaarn programs. Everything is pinned, and no build tools remain.

FROM node:24.18.0-trixie-slim AS assets
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
COPY deployment/web-assets.sh ./
RUN ./web-assets.sh node_modules vendor

FROM python:3.13.14-slim-trixie AS programs
COPY requirements/production.txt /tmp/
RUN python -m venv --without-pip /opt/lantaarn \
    && python -m pip --python /opt/lantaarn/bin/python install --no-cache-dir --require-hashes --only-binary :all: \
        --requirement /tmp/production.txt
COPY . /opt/lantaarn/src/
COPY --from=assets /build/vendor/ /opt/lantaarn/src/api/web/static/vendor/
# Linked as in the Makefile. Compiled now, because the file system is read-only at run time.
RUN rm -r /opt/lantaarn/src/deployment /opt/lantaarn/src/requirements \
        /opt/lantaarn/src/package.json /opt/lantaarn/src/package-lock.json /opt/lantaarn/src/.npmrc \
    && echo /opt/lantaarn/src > "$(/opt/lantaarn/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/lantaarn.pth" \
    && printf '#!/opt/lantaarn/bin/python\nimport sys\nfrom lantaarn import main\nsys.exit(main())\n' > /opt/lantaarn/bin/lantaarn \
    && chmod 755 /opt/lantaarn/bin/lantaarn \
    && /opt/lantaarn/bin/python -m compileall -q /opt/lantaarn

FROM python:3.13.14-slim-trixie
# pg_dump and pg_restore, of the same version as the database in compose.yaml.
RUN apt-get update -q \
    && apt-get install -q -y --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && python -m pip uninstall -q -y pip \
    && groupadd --gid 10001 lantaarn \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /srv/lantaarn --shell /usr/sbin/nologin lantaarn \
    # Volumes inherit the ownership of these folders; 1883 is the uid of Mosquitto in its image.
    && install -d -o 10001 -g 10001 -m 700 /srv/lantaarn /srv/lantaarn/mail \
    && install -d -o 10001 -g 10001 -m 755 /srv/grafana \
    && install -d -o 1883 -g 1883 -m 700 /mosquitto/access
COPY --from=programs /opt/lantaarn/ /opt/lantaarn/
ENV PATH=/opt/lantaarn/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /srv/lantaarn
USER 10001:10001
ENTRYPOINT ["lantaarn"]
CMD ["--help"]
