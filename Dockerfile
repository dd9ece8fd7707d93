# syntax=docker/dockerfile:1
# One image with every program; the command says which one a container runs. Default: the gateway.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --profile ship --locked --package webchat --package webchat-gateway --package webchat-workers \
    && mkdir /out \
    && cd target/ship \
    && cp gateway persistence matchmaker countdown webchat /out/

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home webchat \
    && install --directory --owner webchat --mode 0700 /data /var/log/webchat
COPY --from=build /out/ /usr/local/bin/
COPY static/ /usr/share/webchat/static/
COPY LICENSE /usr/share/doc/webchat/LICENSE
WORKDIR /data
USER webchat
ENV HOST=0.0.0.0 \
    WEBCHAT__ADMIN__HOST=0.0.0.0 \
    WEBCHAT__HTTP__STATIC_DIR=/usr/share/webchat/static \
    WEBCHAT_DATA_DIR=/data \
    LOG_DIR=/var/log/webchat \
    WEBCHAT__LOG__FORMAT=json
VOLUME ["/data"]
EXPOSE 8080 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["curl", "--fail", "--silent", "--show-error", "http://127.0.0.1:9464/readyz"]
CMD ["gateway"]
