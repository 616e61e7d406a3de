# One image with the service (`quietanza`, its entry point), the portal (`quietanza-portal`) and the PSP simulator (`psp-simulator`). It has not been built, neither
# for amd64 nor for arm64: the base images exist for both, and no source file depends on the architecture.
#   docker buildx build --platform linux/amd64,linux/arm64 --build-arg VERSION=0.2.0 --build-arg REVISION=$(git rev-parse HEAD) \
#     --build-arg SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) --sbom=true --provenance=true --tag quietanza:0.2.0 .
# The tags have no digest, because none could be fetched where this file was written. `docker buildx imagetools inspect IMAGE`
# prints it; pass SWIFT_IMAGE and DEBIAN_IMAGE with @sha256:… to pin them.
ARG SWIFT_IMAGE=swift:6.3-bookworm
ARG DEBIAN_IMAGE=debian:bookworm-slim

# What /docs serves: Swagger UI, Redoc and openapi.yaml as JSON.
FROM ${DEBIAN_IMAGE} AS documentation
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ca-certificates python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY scripts scripts
COPY openapi.yaml ./
RUN --mount=type=cache,target=/root/.cache/pip scripts/api-docs.sh

FROM ${SWIFT_IMAGE} AS builder
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        libargon2-dev libcurl4-openssl-dev libdmtx-dev libpango1.0-dev libpq-dev libqpdf-dev libqrencode-dev librsvg2-dev libssl-dev libxml2-dev \
        pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# Resolves the packages first, because they change less often than the code.
COPY Package.swift ./
RUN --mount=type=cache,target=/root/.cache/org.swift.swiftpm swift package resolve
COPY Sources Sources
COPY Tests Tests
# The Swift libraries are linked statically. The cache has the results of earlier builds, one folder for each architecture; a build
# without it gives the same programs. Only the programs leave it.
ARG TARGETARCH
RUN --mount=type=cache,target=/root/.cache/org.swift.swiftpm \
    --mount=type=cache,id=quietanza-build-${TARGETARCH},target=/cache,sharing=locked \
    build="swift build --configuration release --static-swift-stdlib --scratch-path /cache" \
    && $build --product quietanza \
    && $build --product psp-simulator \
    && $build --product quietanza-portal \
    && install --directory /staging/usr/local/bin /staging/usr/share/quietanza \
    && install --strip "$($build --show-bin-path)/quietanza" "$($build --show-bin-path)/psp-simulator" \
        "$($build --show-bin-path)/quietanza-portal" /staging/usr/local/bin/
COPY migrations /staging/usr/share/quietanza/migrations
COPY openapi.yaml llms.txt LICENSE /staging/usr/share/quietanza/

# A bill of the Swift packages, which a scanner of images does not see in a static program. --sbom=true lists the Debian packages.
FROM documentation AS sbom
ARG VERSION=local
ARG SOURCE_DATE_EPOCH=0
COPY --from=builder /build/Package.resolved ./
RUN --mount=type=cache,target=/root/.cache/pip SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} scripts/sbom.sh "${VERSION}" >sbom.cdx.json

FROM ${DEBIAN_IMAGE}
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        ca-certificates curl fontconfig fonts-dejavu-core fonts-droid-fallback fonts-noto-core fonts-wqy-microhei \
        libargon2-1 libcurl4 libdmtx0b libpango-1.0-0 libpangocairo-1.0-0 libpangoft2-1.0-0 libpq5 libqpdf29 libqrencode4 librsvg2-2 libssl3 libstdc++6 libxml2 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/quietanza --create-home --shell /usr/sbin/nologin quietanza \
    && install --directory --owner=quietanza --mode=0700 /var/lib/quietanza/demo
COPY --from=builder /staging/ /
COPY --from=documentation /build/api-docs /usr/share/quietanza/api-docs
COPY --from=sbom /build/sbom.cdx.json /usr/share/quietanza/sbom.cdx.json
# A missing library fails the build instead of the first start.
RUN quietanza --version && psp-simulator --help >/dev/null && quietanza-portal --help >/dev/null
USER 10001
WORKDIR /var/lib/quietanza
ENV HTTP_HOST=0.0.0.0 \
    HTTP_PORT=8080 \
    RESOURCES_DIRECTORY=/usr/share/quietanza
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD curl --silent --fail --output /dev/null "http://127.0.0.1:${HTTP_PORT}/live" \
        || curl --silent --fail --insecure --output /dev/null "https://127.0.0.1:${HTTP_PORT}/live"
ARG VERSION=local
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Quietanza" \
    org.opencontainers.image.description="Debt positions, payments and receipts of a pagoPA intermediary" \
    org.opencontainers.image.licenses="EUPL-1.2" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}"
ENTRYPOINT ["quietanza"]
CMD ["serve"]
