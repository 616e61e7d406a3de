import Foundation

/// The checks of a PSP's sender, over everything that it has posted.
struct SenderGrade: Sendable {
    static let maximumBytes = 262_144
    static let toleranceSeconds: Int64 = 300

    let psp: String
    let signers: [WebhookSigner]

    func grade(_ posts: [SentPost]) -> [Finding] {
        requests(posts) + signatures(posts) + repeats(posts) + bodies(posts)
    }

    // MARK: Kinds of checks

    /// A check of each post; without posts it is a fault.
    private func each(_ name: String, of posts: [SentPost], _ fault: (SentPost) -> String?) -> Finding {
        guard !posts.isEmpty else { return Finding(name: name, fault: "nothing to check arrived") }
        return Finding(name: name, fault: posts.lazy.compactMap(fault).first)
    }

    private func check(_ name: String, _ fault: String?) -> Finding { Finding(name: name, fault: fault) }

    // MARK: Checks

    private func requests(_ posts: [SentPost]) -> [Finding] {
        [
            each("posts to /v1/psps/\(psp)/receipts", of: posts) { post in
                post.path == "/v1/psps/\(psp)/receipts" ? nil : "the path was \(post.path)"
            },
            each("the method is POST", of: posts) { $0.method == "POST" ? nil : "it was \($0.method)" },
            each("the content type is JSON or XML", of: posts) { post in
                let type = post.mediaType
                return ["application/json", "application/xml", "text/xml"].contains(type) ? nil : "it was '\(type)'"
            },
            each("the charset is UTF-8 or not stated", of: posts) { post in
                let type = (post.headers["content-type"] ?? "").lowercased().filter { $0 != "\"" && $0 != " " }
                guard let charset = type.split(separator: ";").first(where: { $0.hasPrefix("charset=") }) else {
                    return nil
                }
                return ["charset=utf-8", "charset=utf8"].contains(charset) ? nil : "it was \(charset)"
            },
            each("the body is not compressed", of: posts) { post in
                post.headers["content-encoding"].map { "Content-Encoding is \($0)" }
            },
            each("the body has 1 byte to 256 KiB", of: posts) { post in
                (1...Self.maximumBytes).contains(post.body.count) ? nil : "it had \(post.body.count) bytes"
            },
        ]
    }

    private func signatures(_ posts: [SentPost]) -> [Finding] {
        [
            each("the three headers are there", of: posts) { post in
                ["webhook-id", "webhook-timestamp", "webhook-signature"].first { (post.headers[$0] ?? "").isEmpty }
                    .map { "\($0) is missing" }
            },
            each("the id has 1 to 256 visible characters without a dot", of: posts) { post in
                let id = post.id ?? ""
                let isRight =
                    (1...256).contains(id.utf8.count)
                    && id.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ".") }
                return isRight ? nil : "it was '\(id.prefix(40))'"
            },
            each("the timestamp is in whole seconds", of: posts) { post in
                let text = post.headers["webhook-timestamp"] ?? ""
                return (1...12).contains(text.utf8.count) && Int64(text).map { String($0) == text } == true
                    ? nil : "it was '\(text.prefix(40))'"
            },
            each("the clock is at most 5 minutes off", of: posts) { post in
                guard let sent = post.sentAt else { return "no timestamp in seconds" }
                let (skew, isBeyond) = sent.subtractingReportingOverflow(post.arrival)
                return !isBeyond && (-Self.toleranceSeconds...Self.toleranceSeconds).contains(skew)
                    ? nil : "it was \(skew) s off"
            },
            each("the signature is over id.timestamp.body, with the decoded secret", of: posts) { post in
                isSigned(post) ? nil : "no v1 signature matches"
            },
            check("different messages have different ids", sharedID(of: posts)),
        ]
    }

    private func repeats(_ posts: [SentPost]) -> [Finding] {
        let first = posts.first.map { first in posts.filter { $0.message == first.message } } ?? []
        let tries = Array(first.prefix(3))
        let pauses = zip(tries, tries.dropFirst()).map { $1.receivedAt.timeIntervalSince($0.receivedAt) }
        let refused = posts.filter { $0.answered == 422 }
        let refusedTries = refused.first.map { one in posts.count { $0.message == one.message } } ?? 0
        let untilStored = first.firstIndex { $0.answered == 201 }
        return [
            check("repeats after 503", first.count > 1 ? nil : posts.isEmpty ? "nothing arrived" : "no repeat arrived"),
            check(
                "repeats until the message is stored",
                untilStored == nil ? "it stopped after \(first.count) tries" : nil),
            check(
                "pauses between repeats",
                pauses.isEmpty ? "no repeat arrived" : pauses.contains { $0 < 0.1 } ? "the pause was under 0.1 s" : nil),
            check(
                "the pauses grow",
                pauses.count < 2
                    ? "no second repeat arrived" : pauses[0] * 0.8 > pauses[1] ? "the second was shorter" : nil),
            check(
                "a repeat has the same id",
                first.count < 2 ? "no repeat arrived" : Set(first.map(\.id)).count > 1 ? "the ids differ" : nil),
            check(
                "a repeat has the same bytes",
                first.count < 2 ? "no repeat arrived" : Set(first.map(\.body)).count > 1 ? "the bodies differ" : nil),
            check(
                "a repeat is signed again with its own time",
                first.count < 2
                    ? "no repeat arrived"
                    : first.dropFirst().contains { !isSigned($0) } ? "its signature is wrong" : nil),
            check(
                "does not repeat after 201",
                untilStored.map { first.count - $0 > 1 ? "it was sent again" : nil } ?? "no message was stored"),
            check(
                "does not repeat after 422",
                refused.isEmpty ? "no second message arrived" : refusedTries > 1 ? "it was sent again" : nil),
        ]
    }

    private func bodies(_ posts: [SentPost]) -> [Finding] {
        let statements = posts.map { (post: $0, rt: SentRT($0)) }
        func each(_ name: String, _ fault: (SentRT, SentPost) -> String?) -> Finding {
            guard !posts.isEmpty else { return Finding(name: name, fault: "nothing to check arrived") }
            let faults = statements.compactMap { statement in
                statement.rt.map { fault($0, statement.post) } ?? "the body is no RT"
            }
            return Finding(name: name, fault: faults.first)
        }
        return [
            each("the body is one RT in JSON or XML") { _, _ in nil },
            each("the receipt id has 1 to 35 characters") { rt, _ in
                (1...35).contains(rt.receiptID.count) ? nil : "it was '\(rt.receiptID.prefix(40))'"
            },
            each("the outcome is stated") { rt, _ in rt.isExecuted == nil ? "it was '\(rt.outcome)'" : nil },
            each("the creditor's tax code has 11 digits") { rt, _ in
                rt.creditor.count == 11 && rt.creditor.utf8.allSatisfy { (0x30...0x39).contains($0) }
                    ? nil : "it was '\(rt.creditor.prefix(40))'"
            },
            each("an IUV or a notice number is there") { rt, _ in rt.reference.isEmpty ? "both are missing" : nil },
            each("amounts are whole cents in JSON and have two decimals in XML") { rt, _ in
                rt.hasContractAmounts ? nil : "an amount is written otherwise"
            },
            each("the transfers add up to the amount") { rt, _ in
                guard rt.isExecuted == true else { return nil }
                guard (1...5).contains(rt.transferCents.count) else { return "there are \(rt.transferCents.count)" }
                let sum = rt.transferCents.reduce(Int64(0)) { $0.addingReportingOverflow($1).partialValue }
                return sum == rt.amountCents ? nil : "they add up to \(sum) cents"
            },
            each("the instant of the payment has a zone") { rt, _ in
                rt.paidAt.map { SentRT.isInstant($0) ? nil : "it was '\($0.prefix(40))'" } ?? nil
            },
            each("the PSP of the RT is the sender") { rt, _ in
                rt.psp.map { $0 == psp ? nil : "it was '\($0.prefix(40))'" } ?? nil
            },
        ]
    }

    private func isSigned(_ post: SentPost) -> Bool {
        guard let id = post.id, let timestamp = post.headers["webhook-timestamp"],
            let signatures = post.headers["webhook-signature"]
        else { return false }
        return signers.contains {
            $0.accepts(
                id: id, timestamp: timestamp, signatures: signatures, body: post.body, nowUnixSeconds: post.arrival)
        }
    }

    private func sharedID(of posts: [SentPost]) -> String? {
        guard !posts.isEmpty else { return "nothing to check arrived" }
        let ids = Dictionary(grouping: posts.filter { $0.id != nil }) { $0.id ?? "" }
        return ids.values.contains { Set($0.map(\.body)).count > 1 } ? "an id came with two bodies" : nil
    }
}

extension SentPost {
    /// What its repeats have in common.
    fileprivate var message: String { id ?? String(decoding: body, as: UTF8.self) }
    fileprivate var sentAt: Int64? { headers["webhook-timestamp"].flatMap { Int64($0) } }
    fileprivate var arrival: Int64 { Int64(exactly: receivedAt.timeIntervalSince1970.rounded(.down)) ?? 0 }
    /// In lower case, without parameters.
    var mediaType: String {
        (headers["content-type"] ?? "").split(separator: ";").first.map {
            $0.trimmingCharacters(in: .whitespaces).lowercased()
        } ?? ""
    }
}
