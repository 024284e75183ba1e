FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements/runtime.txt requirements/runtime.txt
RUN /venv/bin/python -m pip install --no-cache-dir --no-compile --disable-pip-version-check --require-hashes \
        -r requirements/runtime.txt \
    && /venv/bin/python -m compileall -q /venv/lib
COPY bot bot
COPY cogs cogs
COPY migrations migrations
RUN /venv/bin/python -m compileall -q bot cogs migrations

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /app --no-create-home --shell /usr/sbin/nologin fanvue \
    && install -d -o fanvue -g fanvue -m 0700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
# Inside the container every interface is only the container's own; what is published is compose.yaml's to say.
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite+aiosqlite:////data/fanvue.db WEB_HOST=0.0.0.0 WEB_PORT=8080 METRICS_PORT=9464
WORKDIR /app
USER fanvue
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", \
    "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['WEB_PORT'] + '/health/ready', timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
