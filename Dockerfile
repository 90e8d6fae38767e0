# syntax=docker/dockerfile:1
# Two stages: wheels are made with compilers at hand, the service runs without them.
FROM python:3.12-slim-bookworm AS build
WORKDIR /build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY constraints.txt ./
# Name the index of PyTorch's CPU builds in TORCH_INDEX to keep the image small.
ARG TORCH_INDEX=""
RUN python -m venv /opt/miner \
 && /opt/miner/bin/pip install -c constraints.txt ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} torch
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY miner miner
COPY config config
COPY models models
COPY corpora/demo corpora/demo
RUN /opt/miner/bin/pip install -c constraints.txt .

FROM python:3.12-slim-bookworm
RUN useradd --system --create-home --user-group --uid 10001 miner \
 && install -d -o miner -g miner /var/lib/miner
COPY --from=build /opt/miner /opt/miner
ENV PATH=/opt/miner/bin:$PATH PYTHONUNBUFFERED=1 MINER_WORKSPACE=/var/lib/miner
USER 10001:10001
WORKDIR /var/lib/miner
VOLUME /var/lib/miner
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
CMD ["miner", "serve", "--host", "0.0.0.0", "--port", "8080"]
