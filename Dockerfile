# The server as an image:  docker build -t rankloop .
# At the top of the project because builders look for it here without being told, and because it needs all of the sources.
# BuildKit is needed for the cache mounts (Docker's default since 23; `buildah` has them too).

# At least `rust-version` of Cargo.toml; `make lint` compares them.
ARG RUST_VERSION=1.95.0

FROM rust:${RUST_VERSION}-trixie AS build
ARG RUST_VERSION
# rust-toolchain.toml says "stable", for which rustup would fetch another toolchain than the image's.
ENV RUSTUP_TOOLCHAIN=${RUST_VERSION} \
    RANKLOOP_TOOLS=/opt/rankloop-tools \
    CARGO_TARGET_DIR=/build \
    CARGO_TERM_COLOR=never

# npm and Node.js bring and run wasm-opt. Debian keeps one version of each per release, so the image's tag pins them.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends nodejs npm \
    && rm -rf /var/lib/apt/lists/*

# The tools of the build in a layer of their own: it is made anew only when a version in these files changes.
WORKDIR /src
COPY scripts/setup.sh scripts/setup.sh
COPY Cargo.lock ./
RUN --mount=type=cache,target=/usr/local/cargo/registry scripts/setup.sh web pgo

COPY . .
# What was built stays in a mount that the image does not keep, so what is wanted is copied in the same step.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build,sharing=locked \
    make build PGO=1 \
    && install -D /build/release/rankloop /out/rankloop \
    && cp -R /build/release/site /out/site


# Debian slim and not distroless: the probes below and the pause before a stop in Kubernetes need a shell and `sleep`.
# Its C library must not be older than the one above, so both are of one release.
FROM debian:trixie-slim

LABEL org.opencontainers.image.title="rankloop" \
      org.opencontainers.image.description="The open, self-hosted successor of Azure AI Personalizer" \
      org.opencontainers.image.source="https://github.com/rankloop/rankloop" \
      org.opencontainers.image.licenses="Apache-2.0"

# The certificates are for token issuers and for PostgreSQL over TLS. The user has a number that no host gives to people,
# and that Kubernetes can check is not root.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 rankloop \
    && useradd --uid 10001 --gid rankloop --home-dir /var/lib/rankloop --no-create-home --shell /usr/sbin/nologin rankloop \
    && install --directory --owner=rankloop --group=rankloop --mode=0750 /var/lib/rankloop

# The program finds its assets beside itself.
COPY --from=build /out /opt/rankloop
COPY --chmod=0755 deploy/container/probe.sh /opt/rankloop/probe

ENV RANKLOOP_ADDR=0.0.0.0:8080 \
    RANKLOOP_DATA_DIR=/var/lib/rankloop
USER 10001:10001
WORKDIR /var/lib/rankloop
VOLUME /var/lib/rankloop
EXPOSE 8080
STOPSIGNAL SIGTERM

# Alive, not ready: some hosts restart what is unhealthy, and loading a long log is no reason for that.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["/opt/rankloop/probe", "/healthz"]

ENTRYPOINT ["/opt/rankloop/rankloop"]
CMD ["serve"]
