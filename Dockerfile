# One image with the service (`quietanza`, its entry point) and the PSP simulator (`psp-simulator`). It has not been built.
ARG SWIFT_IMAGE=swift:6.3-bookworm

# What /docs serves: Swagger UI, Redoc and openapi.yaml as JSON.
FROM debian:bookworm-slim AS documentation
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ca-certificates python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY scripts scripts
COPY openapi.yaml ./
RUN scripts/api-docs.sh

FROM ${SWIFT_IMAGE} AS builder
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        libargon2-dev libcurl4-openssl-dev libpango1.0-dev libpq-dev libqpdf-dev libssl-dev libxml2-dev \
        pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# Resolves the packages first, because they change less often than the code.
COPY Package.swift ./
RUN swift package resolve
COPY . .
RUN swift build --configuration release --product quietanza \
    && swift build --configuration release --product psp-simulator
# Copies the programs, and the Swift libraries that they load to the path where they are searched.
RUN programs=$(swift build --configuration release --show-bin-path) \
    && mkdir -p /staging/usr/local/bin /staging/usr/lib/swift/linux /staging/usr/share/quietanza \
    && cp "$programs/quietanza" "$programs/psp-simulator" /staging/usr/local/bin/ \
    && ldd /staging/usr/local/bin/* | awk '$3 ~ "/usr/lib/swift/linux/" { print $3 }' | sort -u \
        | xargs --no-run-if-empty cp --dereference --target-directory=/staging/usr/lib/swift/linux \
    && find "$programs" -maxdepth 1 -name '*.resources' -exec cp -r {} /staging/usr/local/bin/ ';' \
    && cp -r migrations openapi.yaml /staging/usr/share/quietanza/

FROM debian:bookworm-slim
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        ca-certificates curl fontconfig fonts-dejavu-core fonts-droid-fallback fonts-noto-core fonts-wqy-microhei \
        libargon2-1 libcurl4 libpango-1.0-0 libpangocairo-1.0-0 libpangoft2-1.0-0 libpq5 libqpdf29 libssl3 libstdc++6 libxml2 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/quietanza --create-home --shell /usr/sbin/nologin quietanza \
    && install --directory --owner=quietanza --mode=0700 /var/lib/quietanza/demo
COPY --from=builder /staging/ /
COPY --from=documentation /build/api-docs /usr/share/quietanza/api-docs
# A missing library fails the build instead of the first start.
RUN quietanza --version && psp-simulator --help >/dev/null
USER quietanza
WORKDIR /var/lib/quietanza
ENV HTTP_HOST=0.0.0.0 \
    HTTP_PORT=8080 \
    RESOURCES_DIRECTORY=/usr/share/quietanza
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD curl --silent --fail --output /dev/null "http://127.0.0.1:${HTTP_PORT}/live" \
        || curl --silent --fail --insecure --output /dev/null "https://127.0.0.1:${HTTP_PORT}/live"
ENTRYPOINT ["quietanza"]
CMD ["serve"]
