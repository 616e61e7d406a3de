import Foundation
import Text

/// What a signed call contains, which secrets match it, and which usual mistake of a sender explains a signature that does not match.
package struct WebhookDiagnosis: Sendable, Equatable {
    package enum Cause: String, Sendable, CaseIterable {
        case headerMissing = "header_missing"
        case headerInvalid = "header_invalid"
        /// The timestamp is in milliseconds.
        case timestampInMilliseconds = "timestamp_in_milliseconds"
        case timestampNotSeconds = "timestamp_not_seconds"
        case clockOff = "clock_off"
        /// No signature of the header begins with `v1,`.
        case versionMissing = "version_missing"
        /// The signature is in hexadecimal digits or in base64url.
        case notBase64 = "signature_not_base64"
        /// The key of the signature is the text of the secret instead of the bytes that it encodes.
        case secretNotDecoded = "secret_not_decoded"
        case secretRevoked = "secret_revoked"
        case idNotSigned = "id_not_signed"
        case timestampNotSigned = "timestamp_not_signed"
        /// The signature is over the body only.
        case bodyOnlySigned = "body_only_signed"
        /// The signature is over another spelling of the same JSON or text.
        case bodyReserialized = "body_reserialized"
        /// No secret matches, and none of the mistakes above explains it.
        case unknown
    }

    /// A secret that may match.
    package struct Candidate: Sendable, Equatable {
        let secret: WebhookSecret
        let isRevoked: Bool

        package init(secret: WebhookSecret, isRevoked: Bool) {
            self.secret = secret
            self.isRevoked = isRevoked
        }
    }

    /// The bodies up to this length are also tried in other spellings.
    static let maximumRespelledBytes = 65_536

    /// As a call of this content is answered.
    package let verdict: WebhookSignature.Verdict
    /// The sender's clock minus the server's; `nil` if the timestamp is not in seconds.
    package let skewSeconds: Int64?
    /// The version 1 signatures in base64.
    package let signatures: Int
    /// `id.timestamp.`, which the signed text begins with; `nil` without an id or a timestamp.
    package let prefix: String?
    /// The length and digest of the signed text.
    package let signedBytes: Int
    package let signedSHA256: [UInt8]
    /// For each candidate whether it matches, at any time of the clock.
    package let matches: [Bool]
    package let causes: [Cause]

    /// - Parameter candidates: the valid and the revoked secrets. Each is tried with every mistake, so the caller limits their number.
    package init(_ lines: WebhookSignature.Lines, body: [UInt8], candidates: [Candidate], nowUnixSeconds: Int64) {
        let id = WebhookSignature.single(lines.id)?.prefix(256) ?? ""
        let timestamp = WebhookSignature.single(lines.timestamp)?.prefix(256) ?? ""
        let prefix = id.isEmpty || timestamp.isEmpty ? nil : "\(id).\(timestamp)."
        let signed = Array((prefix ?? "").utf8) + body
        let given = WebhookSignature.signatures(lines.signature)
        let matches = candidates.map { candidate in
            let expected = HMACSHA256.authenticate(signed, key: candidate.secret.bytes)
            return given.contains { constantTimeEqual($0, expected) }
        }
        let verdict = WebhookSignature.verify(
            lines, body: body, secrets: candidates.filter { !$0.isRevoked }.map(\.secret),
            nowUnixSeconds: nowUnixSeconds)
        self.verdict = verdict
        self.prefix = prefix
        self.matches = matches
        signatures = given.count
        signedBytes = signed.count
        signedSHA256 = SHA256.digest(signed)
        skewSeconds = Int64(timestamp).flatMap { sent in
            let (skew, isBeyond) = sent.subtractingReportingOverflow(nowUnixSeconds)
            return isBeyond ? nil : skew
        }

        var causes = Self.causes(of: verdict, timestamp: String(timestamp), nowUnixSeconds: nowUnixSeconds)
        if !matches.contains(true), !lines.signature.joined().isEmpty {
            let text = SignedText(id: String(id), timestamp: String(timestamp), body: body)
            causes += Self.mistake(of: text, lines.signature, candidates) ?? [.unknown]
        } else if !zip(matches, candidates).contains(where: { $0.0 && !$0.1.isRevoked }), matches.contains(true) {
            causes.append(.secretRevoked)
        }
        self.causes = causes
    }

    private static func causes(
        of verdict: WebhookSignature.Verdict, timestamp: String, nowUnixSeconds: Int64
    ) -> [Cause] {
        switch verdict {
        case .valid, .noMatch: []
        case .missing: [.headerMissing]
        case .malformed: [.headerInvalid]
        case .notSeconds: [isMilliseconds(timestamp, nowUnixSeconds) ? .timestampInMilliseconds : .timestampNotSeconds]
        case .stale: [.clockOff]
        }
    }

    /// Whether the text is a time of about now in milliseconds.
    private static func isMilliseconds(_ timestamp: String, _ nowUnixSeconds: Int64) -> Bool {
        guard timestamp.utf8.allSatisfy(\.isDigit), let milliseconds = Int64(timestamp) else { return false }
        let (skew, isBeyond) = (milliseconds / 1_000).subtractingReportingOverflow(nowUnixSeconds)
        return !isBeyond && skew.magnitude < 366 * 86_400
    }

    /// The first combination of mistakes that gives one of the signatures.
    private static func mistake(of text: SignedText, _ lines: [String], _ candidates: [Candidate]) -> [Cause]? {
        let signatures = lenientSignatures(lines)
        guard !signatures.isEmpty else { return nil }
        let texts = text.spellings
        for candidate in candidates {
            for (key, keyCause) in keys(of: candidate.secret) {
                for (bytes, textCause) in texts {
                    let expected = HMACSHA256.authenticate(bytes, key: key)
                    guard let found = signatures.first(where: { constantTimeEqual($0.bytes, expected) }) else {
                        continue
                    }
                    return [found.cause, keyCause, textCause, candidate.isRevoked ? .secretRevoked : nil].compactMap(
                        \.self)
                }
            }
        }
        return nil
    }

    /// The key of a secret, and the keys that senders take for it.
    private static func keys(of secret: WebhookSecret) -> [(bytes: [UInt8], cause: Cause?)] {
        let text = secret.text
        return [
            (secret.bytes, nil), (Array(text.dropFirst(6).utf8), .secretNotDecoded),
            (Array(text.utf8), .secretNotDecoded),
        ]
    }

    /// The digests of 32 bytes in all lines, in base64, base64url or hexadecimal digits, with or without a version.
    private static func lenientSignatures(_ lines: [String]) -> [(bytes: [UInt8], cause: Cause?)] {
        let words = lines.flatMap { $0.split { $0 == " " || $0 == "\t" || $0 == "," } }
        var hasVersion = false
        var found: [(bytes: [UInt8], cause: Cause?)] = []
        for word in words.prefix(2 * WebhookSignature.maximumSignatures) {
            if word == "v1" {
                hasVersion = true
            } else if let bytes = Data(base64Encoded: String(word)), bytes.count == 32 {
                found.append((Array(bytes), hasVersion ? nil : .versionMissing))
            } else if let bytes = hexadecimal(word) ?? Base64URL.decode(word.utf8), bytes.count == 32 {
                found.append((bytes, .notBase64))
            }
        }
        return found
    }
}

private func hexadecimal(_ text: Substring) -> [UInt8]? {
    guard text.utf8.count == 64, text.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else { return nil }
    let digits = Array(text.utf8)
    return stride(from: 0, to: 64, by: 2).compactMap { start in
        UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16)  // of 64 digits, in steps of 2
    }
}

/// The text that a signature is over, and the texts that senders take for it.
private struct SignedText {
    let id: String
    let timestamp: String
    let body: [UInt8]

    /// At most ten texts.
    var spellings: [(bytes: [UInt8], cause: WebhookDiagnosis.Cause?)] {
        let prefix = Array("\(id).\(timestamp).".utf8)
        var texts: [(bytes: [UInt8], cause: WebhookDiagnosis.Cause?)] = [
            (prefix + body, nil), (Array("\(timestamp).".utf8) + body, .idNotSigned),
            (Array("\(id).".utf8) + body, .timestampNotSigned), (body, .bodyOnlySigned),
        ]
        guard body.count <= WebhookDiagnosis.maximumRespelledBytes else { return texts }
        var known: Set<[UInt8]> = [body]
        for other in [
            withoutFinalBlanks, withoutFinalBlanks + [0x0A], JSONSpelling.compact(body), JSONSpelling.spaced(body),
            body.filter { $0 != 0x0D }, JSONSpelling.unescapedSlashes(body),
        ] where known.insert(other).inserted {
            texts.append((prefix + other, .bodyReserialized))
        }
        return texts
    }

    private var withoutFinalBlanks: [UInt8] {
        let end = body.lastIndex { !JSONSpelling.isBlank($0) }
        return end.map { Array(body[...$0]) } ?? []
    }
}

/// Other spellings of the same JSON, made from its bytes without parsing it.
private enum JSONSpelling {
    static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    /// Without blanks between tokens, as `JSON.stringify` writes.
    static func compact(_ body: [UInt8]) -> [UInt8] { respelled(body, after: []) }

    /// With one blank after each comma and colon, as Python's `json.dumps` writes.
    static func spaced(_ body: [UInt8]) -> [UInt8] { respelled(body, after: [0x20]) }

    /// With `/` instead of `\/`, which PHP writes.
    static func unescapedSlashes(_ body: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var isEscaped = false
        for byte in body {
            if isEscaped {
                if byte != UInt8(ascii: "/") { result.append(UInt8(ascii: "\\")) }
                result.append(byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                result.append(byte)
            }
        }
        return result
    }

    private static func respelled(_ body: [UInt8], after separator: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(body.count)
        var isInText = false
        var isEscaped = false
        for byte in body {
            if isInText {
                result.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
            } else if !isBlank(byte) {
                result.append(byte)
                isInText = byte == UInt8(ascii: "\"")
                if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") { result += separator }
            }
        }
        return result
    }
}
