import Cryptography
import Foundation
import TestSupport
import Testing

extension ServerTests {
    /// The pages of the contract: the files that they load, and the scripts that may run.
    @Suite struct DocsTests {
        @Test func `the pages load only files of the service, and run only scripts that their policy names`()
            async throws
        {
            try Tool.run(Deployment.project.appending(path: "scripts/api-docs.sh").path, [])
            try await Deployment.with { live in
                var loaded: Set<String> = []
                for path in ["/docs", "/docs/reference"] {
                    let page = try await live.call("GET", path)
                    #expect(page.status == 200 && page.headers["content-type"] == "text/html; charset=utf-8")
                    let policy = try #require(page.headers["content-security-policy"])
                    #expect(policy.hasPrefix("default-src 'none'; script-src 'self' 'sha256-"))
                    #expect(!policy.contains("unsafe") && !policy.contains("http"))
                    let text = String(decoding: page.body, as: UTF8.self)
                    for match in text.matches(of: /<(?:script|style)>([^<]+)</) {
                        #expect(policy.contains("'\(Self.hash(match.1))'"))
                    }
                    #expect(text.matches(of: /<script>/).count == 1 && text.matches(of: /<style>/).count == 1)
                    for match in text.matches(of: /(?:src|href)="([^"]+)"(?: integrity="([^"]+)")?/) {
                        let part = try await live.call("GET", "\(match.1)")
                        #expect(part.status == 200, "\(match.1)")
                        guard let integrity = match.2 else { continue }
                        #expect(Self.hash(part.body) == integrity, "\(match.1)")
                        loaded.insert("\(match.1) \(part.headers["content-type"] ?? "")")
                    }
                }
                #expect(
                    loaded == [
                        "/docs/redoc.standalone.js text/javascript; charset=utf-8",
                        "/docs/swagger-ui-bundle.js text/javascript; charset=utf-8",
                        "/docs/swagger-ui.css text/css; charset=utf-8",
                    ])
            }
        }

        @Test func `a browser that has a file gets 304, and HEAD has no body`() async throws {
            try Tool.run(Deployment.project.appending(path: "scripts/api-docs.sh").path, [])
            try await Deployment.with { live in
                for path in ["/docs", "/docs/reference", "/docs/swagger-ui.css", "/openapi.json"] {
                    let first = try await live.call("GET", path)
                    let tag = try #require(first.headers["etag"], "\(path)")
                    #expect(first.headers["cache-control"] == "private, no-cache", "\(path)")
                    let again = try await live.call("GET", path, headers: ["If-None-Match": tag])
                    #expect(again.status == 304 && again.body.isEmpty, "\(path)")
                    let head = try await live.call("HEAD", path)
                    #expect(head.status == 200 && head.body.isEmpty && head.headers["etag"] == tag, "\(path)")
                }
            }
        }

        @Test func `the contract is served with this service as its server, for pages of every origin`() async throws {
            try Tool.run(Deployment.project.appending(path: "scripts/api-docs.sh").path, [])
            try await Deployment.with { live in
                for path in ["/openapi.yaml", "/openapi.json"] {
                    let answer = try await live.call("GET", path, headers: ["Origin": "https://editor.example"])
                    #expect(answer.headers["access-control-allow-origin"] == "*", "\(path)")
                    let again = try await live.call(
                        "GET", path, headers: ["If-None-Match": answer.headers["etag"] ?? "\"none\""])
                    #expect(again.headers["access-control-allow-origin"] == "*", "\(path) \(again.status)")
                    let text = String(decoding: answer.body, as: UTF8.self)
                    let servers = try #require(text.range(of: "servers"))
                    #expect(text[servers.upperBound...].prefix(80).contains(live.api), "\(path)")
                }
            }
        }

        @Test func `openapi.json has the content of openapi.yaml, and no other file is served`() async throws {
            try Tool.run(Deployment.project.appending(path: "scripts/api-docs.sh").path, [])
            let wanted = try Tool.run(Deployment.project.appending(path: "scripts/contract.sh").path, ["json"])
            try await Deployment.with { live in
                let answer = try await live.call("GET", "/openapi.json")
                let served = wanted.replacing(
                    #""url":"https://api.quietanza.example""#, with: #""url":"\#(live.api)""#, maxReplacements: 1)
                #expect(String(decoding: answer.body, as: UTF8.self) == served)
                for name in [
                    "wheel", "openapi.json", "redoc.LICENSE", "..", "..%2fopenapi.yaml", "%2e%2e/openapi.yaml", "",
                ] {
                    let answer = try await live.send("GET", url: "\(live.api)/docs/\(name)")
                    #expect(answer.status == 404, "\(name)")
                }
            }
        }

        @Test func `language models get a short text that any cache may store, and every link in it works`()
            async throws
        {
            try Tool.run(Deployment.project.appending(path: "scripts/api-docs.sh").path, [])
            try await Deployment.with { live in
                let first = try await live.call("GET", "/llms.txt")
                #expect(first.status == 200 && first.headers["content-type"] == "text/plain; charset=utf-8")
                #expect(first.headers["cache-control"] == "public, max-age=3600" && first.body.count < 8_192)
                let tag = try #require(first.headers["etag"])
                let again = try await live.call("GET", "/llms.txt", headers: ["If-None-Match": tag])
                #expect(again.status == 304 && again.headers["cache-control"] == "public, max-age=3600")

                let text = String(decoding: first.body, as: UTF8.self)
                #expect(text.hasPrefix("# Quietanza\n\n> "))
                let links = text.matches(of: /\]\(([^)]+)\)/).map { String($0.1) }
                #expect(links.count >= 5)
                for link in links { #expect(try await live.call("GET", link).status == 200, "\(link)") }
                let operations = try Contract.project.get().operations
                for match in text.matches(of: /`(GET|POST|PUT|PATCH|DELETE) ([^`? ]+)/) {
                    #expect(operations.contains { $0.method == match.1 && $0.path == match.2 }, "\(match.1) \(match.2)")
                }
            }
        }

        @Test func `a service whose pages are not installed works, and names the command that installs them`()
            async throws
        {
            let folder = FileManager.default.temporaryDirectory.appending(path: "quietanza-bare-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            for name in ["migrations", "openapi.yaml"] {
                try FileManager.default.createSymbolicLink(
                    at: folder.appending(path: name), withDestinationURL: Deployment.project.appending(path: name))
            }
            try await Deployment.with(settings: ["RESOURCES_DIRECTORY": folder.path]) { live in
                for path in ["/docs", "/docs/reference", "/docs/swagger-ui.css", "/openapi.json"] {
                    let answer = try await live.call("GET", path)
                    #expect(answer.status == 404, "\(path)")
                    #expect((try answer.json["detail"] as? String)?.contains("scripts/api-docs.sh") == true, "\(path)")
                }
                #expect(try await live.call("GET", "/openapi.yaml").status == 200)
                #expect(try live.log().contains("/docs is not installed: run scripts/api-docs.sh"))
            }
        }

        private static func hash(_ text: Substring) -> String { hash(Data(text.utf8)) }

        private static func hash(_ data: Data) -> String {
            "sha256-" + Data(SHA256.digest(Array(data))).base64EncodedString()
        }
    }
}
