import Cryptography
import Foundation
import HTTPTypes
import Text

/// Swagger UI at `/docs` and Redoc at `/docs/reference`: two pages around builds that `scripts/api-docs.sh` installs.
///
/// Every script and style sheet comes from this origin: nothing is loaded from other origins, and no inline script runs except what the
/// Content-Security-Policy names by its hash.
package struct DocumentationPages: Sendable {
    /// The files that `scripts/api-docs.sh` puts into the folder `api-docs` of the resources, with media types.
    package static let files = [
        "openapi.json": "application/json; charset=utf-8",
        "redoc.standalone.js": "text/javascript; charset=utf-8",
        "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
        "swagger-ui.css": "text/css; charset=utf-8",
    ]

    private let replies: [String: Reply]

    init(_ configuration: APIConfiguration) {
        var content = configuration.documentation
        content["openapi.json"] = content["openapi.json"].map {
            configuration.naming(thisServiceIn: String(decoding: $0, as: UTF8.self))
        }
        self.init(content)
    }

    /// - Parameter content: of the files; one that is missing makes every page a 404, because an incomplete page is of no use.
    init(_ content: [String: [UInt8]]) {
        var replies: [String: Reply] = [:]
        for (name, type) in Self.files {
            guard let bytes = content[name] else { continue }
            replies[name] = Self.reply(bytes, type)
        }
        if replies.count == Self.files.count {
            for page in [Page.swagger, Page.redoc] { replies[page.name] = page.reply(content) }
        } else {
            replies = [:]
        }
        self.replies = replies
    }

    func routes() -> [Route] {
        let assets = ["text/css", "text/javascript"]
        return [
            // Every page may read the contract, such as an editor's.
            Route(.get, "/openapi.json", "show_contract_json", access: .open) {
                try reply("openapi.json", to: $0).with(.accessControlAllowOrigin, "*")
            },
            Route(.get, "/docs", "show_docs", access: .open, produces: ["text/html"]) {
                try reply(Page.swagger.name, to: $0)
            },
            Route(.get, "/docs/reference", "show_reference", access: .open, produces: ["text/html"]) {
                try reply(Page.redoc.name, to: $0)
            },
            Route(.get, "/docs/{file}", "show_docs_file", access: .open, produces: assets) { inbound in
                let name = inbound.parameter("file")
                guard name.hasSuffix(".js") || name.hasSuffix(".css") else { throw Problem.notFound }
                return try reply(name, to: inbound)
            },
        ]
    }

    private func reply(_ name: String, to inbound: OpenRequest) throws -> Reply {
        if let reply = replies[name] { return inbound.unlessCached(reply) }
        guard replies.isEmpty else { throw Problem.notFound }
        throw Problem(
            .notFound,
            detail:
                "The pages are not installed here: run scripts/api-docs.sh, then restart. /openapi.yaml has the contract."
        )
    }

    private static func reply(_ bytes: [UInt8], _ type: String) -> Reply {
        Reply(
            .ok, headers: [.contentType: type, .eTag: "\"\(Hex.encode(SHA256.digest(bytes)))\""], body: bytes)
    }
}

extension DocumentationPages {
    fileprivate struct Page {
        let name: String
        let title: String
        var styleSheet: String?
        let script: String
        /// Runs once the page is there.
        let start: String

        /// The requests of "Try it out" go to this service; the servers that the contract names are ignored.
        static let swagger = Page(
            name: "/docs", title: "Quietanza API: try it", styleSheet: "swagger-ui.css",
            script: "swagger-ui-bundle.js",
            start: """
                fetch("/openapi.json").then(response => response.json()).then(spec => {
                  spec.servers = [{url: location.origin, description: "this service"}];
                  SwaggerUIBundle({
                    spec, dom_id: "#page", deepLinking: true, filter: true, docExpansion: "list", requestSnippetsEnabled: true,
                    displayRequestDuration: true, validatorUrl: null
                  });
                });
                """)

        static let redoc = Page(
            name: "/docs/reference", title: "Quietanza API: reference", script: "redoc.standalone.js",
            start: """
                Redoc.init("/openapi.json", {
                  nativeScrollbars: true, requiredPropsFirst: true, sortPropsAlphabetically: false,
                  theme: {typography: {fontFamily: "system-ui, sans-serif", headings: {fontFamily: "system-ui, sans-serif"}}}
                }, document.getElementById("page"));
                """)

        private static let style = """
            body{margin:0}header,noscript{display:block;padding:.75rem 1.25rem;font:1rem/1.5 system-ui,sans-serif}
            header a{margin-right:1.25rem;color:#004b9b}
            """

        func reply(_ content: [String: [UInt8]]) -> Reply {
            let sheet = styleSheet.map {
                "<link rel=\"stylesheet\" href=\"/docs/\($0)\" integrity=\"\(contentHash(content[$0] ?? []))\">"
            }
            let page = """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
                <title>\(title)</title>\(sheet ?? "")<style>\(Self.style)</style></head><body>
                <header><nav aria-label="Documentation"><a href="/docs">Try it</a><a href="/docs/reference">Reference</a>\
                <a href="/openapi.yaml">openapi.yaml</a><a href="/openapi.json">openapi.json</a></nav></header>
                <main id="page"></main>
                <noscript>This page needs JavaScript. /openapi.yaml holds the same.</noscript>
                <script src="/docs/\(script)" integrity="\(contentHash(content[script] ?? []))"></script>
                <script>\(start)</script>
                </body></html>

                """
            return DocumentationPages.reply(Array(page.utf8), "text/html; charset=utf-8")
                .with(.contentSecurityPolicy, policy)
        }

        /// Redoc adds its rules to a `style` element that is empty as written, hence the hash of nothing; it searches in a worker.
        private var policy: String {
            [
                "default-src 'none'", "script-src 'self' '\(contentHash(Array(start.utf8)))'",
                "style-src 'self' '\(contentHash(Array(Self.style.utf8)))' '\(contentHash([]))'",
                "img-src 'self' data:",
                "connect-src 'self'", "worker-src blob:", "base-uri 'none'", "form-action 'none'",
                "frame-ancestors 'none'",
            ].joined(separator: "; ")
        }
    }
}

/// As a Content-Security-Policy and the attribute `integrity` name content.
func contentHash(_ bytes: [UInt8]) -> String { "sha256-" + Data(SHA256.digest(bytes)).base64EncodedString() }
