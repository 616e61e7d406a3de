import Crypto
import Text

/// Style, script and icon: three files with a digest in their address, so that browsers store them.
struct Assets: Sendable {
    let stylePath: String
    let scriptPath: String
    let iconPath: String
    private let files: [String: OutgoingResponse]

    init() {
        var files: [String: OutgoingResponse] = [:]
        func add(_ name: String, _ type: String, _ text: String) -> String {
            let digest = Base64URL.encode(SHA256.hash(data: Array(text.utf8)).prefix(9))
            let path = "/assets/\(digest)/\(name)"
            files[path] = OutgoingResponse(
                status: 200,
                headers: [
                    ("Content-Type", type), ("Cache-Control", "public, max-age=31536000, immutable"),
                    ("X-Content-Type-Options", "nosniff"),
                ], body: Array(text.utf8))
            return path
        }
        stylePath = add("portal.css", "text/css; charset=utf-8", Style.text)
        scriptPath = add("portal.js", "text/javascript; charset=utf-8", Script.text)
        iconPath = add("icon.svg", "image/svg+xml", Style.icon)
        self.files = files
    }

    func file(at path: String) -> OutgoingResponse? { files[path] }
}
