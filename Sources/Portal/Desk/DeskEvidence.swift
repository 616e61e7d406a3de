import JSON

/// The documents of a payment, which the portal passes on as they are.
enum DeskEvidence {
    static func links(of receipt: JSONValue, _ texts: Texts) -> [(label: String, path: String)] {
        let path = "/desk/receipts/\(receipt.text("id") ?? "")"
        var links: [(label: String, path: String)] = []
        if receipt.text("pdf_url") != nil { links.append((texts[.viewReceipt], path + "/pdf")) }
        guard receipt.text("origin") != "counter" else { return links }
        // Lists do not say whether there is a document; a page of one receipt does.
        let isWhole = receipt.text("received_at") != nil
        if !isWhole || receipt.text("rt_url") != nil { links.append((texts[.deskRTBytes], path + "/rt")) }
        if !isWhole || receipt.text("official_rt_url") != nil {
            links.append((texts[.deskOfficialRT], path + "/official-rt"))
        }
        return links
    }
}

extension PortalApp {
    /// The bytes as a file to save: a browser shows nothing of them on this site.
    func evidence(_ path: String, name: String, _ visit: Visit) async throws -> PageResponse {
        let request = APIRequest(path: path, timeoutSeconds: 20, maximumBytes: 2 << 20)
        let reply = try await api.reply(request, as: visit.caller)
        let sent = reply.header("content-type")?.prefix { $0 != ";" } ?? ""
        let (type, suffix) =
            switch sent {
            case "application/xml": ("application/xml", "xml")
            case "application/json": ("application/json", "json")
            default: ("application/octet-stream", "bin")
            }
        return .file(reply.body, type: type, disposition: "attachment; filename=\"\(name).\(suffix)\"")
    }
}
