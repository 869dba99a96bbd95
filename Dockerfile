# The app for others, behind a proxy: see docs/serving.md. The token comes from the environment, or is made and printed.
FROM python:3.12-slim
WORKDIR /srv/premortem
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
RUN pip install --no-cache-dir --no-deps .
RUN useradd --create-home --uid 10001 premortem
USER premortem
WORKDIR /home/premortem
EXPOSE 8760
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=60s CMD ["python", "-c", "import socket; socket.create_connection(('127.0.0.1', 8760), 2)"]
CMD ["premortem", "app", "--host", "0.0.0.0", "--port", "8760", "--no-browser"]
