import Foundation

@testable import Portal

/// A staff member at the desk.
extension Browser {
    static let staffKey = "qz_staff_0123456789abcdef"

    static func desk(_ service: FakeService = FakeService()) -> Browser { Browser(service) { $0.offersDesk = true } }

    /// Signs in with a key that has these scopes, by default all.
    func signInStaff(kind: String = "ops", scopes: [Scope] = Scope.allCases) async {
        let names = scopes.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
        service.answer(
            "GET /v1/me/key",
            #"{"kind":"\#(kind)","name":"Ufficio tributi","scopes":[\#(names)],"creditors":["12345678903"]}"#)
        await get("/desk/sign-in")
        await post("/desk/sign-in", ["api_key": Self.staffKey])
    }

    /// Sends a form with a file, as browsers do.
    @discardableResult
    func upload(_ path: String, _ fields: [String: String], file: (field: String, name: String, bytes: [UInt8])) async
        -> OutgoingResponse
    {
        var fields = fields
        fields["csrf"] = csrf
        var body: [UInt8] = []
        for field in fields {
            body += Array(
                "--grenze\r\nContent-Disposition: form-data; name=\"\(field.key)\"\r\n\r\n\(field.value)\r\n".utf8)
        }
        let head = "Content-Disposition: form-data; name=\"\(file.field)\"; filename=\"\(file.name)\""
        body += Array("--grenze\r\n\(head)\r\nContent-Type: application/octet-stream\r\n\r\n".utf8)
        body += file.bytes + Array("\r\n--grenze--\r\n".utf8)
        return await post(path, type: "multipart/form-data; boundary=grenze", body: body)
    }
}

extension FakeService {
    /// The last request to this path.
    func last(_ method: String, _ path: String) -> APIRequest? {
        requests.last { $0.method == method && $0.path.split(separator: "?").first.map(String.init) == path }
    }
}

extension APIRequest {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    var text: String { String(decoding: body ?? [], as: UTF8.self) }
}
