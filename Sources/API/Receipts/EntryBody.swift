import Foundation
import JSON
import Operations
import PagoPA

extension EnteredRT {
    /// `{"rt": {…}, "evidence": {"base64", "media_type"} | "anomaly_id": …, "reason": …}`
    static func read(_ reader: inout ObjectReader) -> EnteredRT? {
        let rt = reader.required("rt") { value, pointer, violations -> (text: [UInt8], psp: PSPID)? in
            guard case .object = value else {
                violations.add(pointer, .wrongType, "must be an object, not \(value.kind)")
                return nil
            }
            guard case .string(let id)? = value["psp"]?["id"], let psp = try? PSPID(id) else {
                violations.add(pointer + "/psp/id", .required, "must be the id of a PSP")
                return nil
            }
            var json = JSONWriter()
            json.value(value)
            return (json.bytes, psp)
        }
        let hasEvidence = reader.has("evidence")
        let evidence = reader.optional("evidence") { value, pointer, violations in
            ObjectReader.object(value, pointer, violations) { readEvidence(&$0) }
        }
        let hasAnomaly = reader.has("anomaly_id")
        let anomaly = reader.optional("anomaly_id") { try Identifier<Anomaly>($0) }
        if hasEvidence == hasAnomaly {
            reader.refuse(
                "evidence", hasEvidence ? .notAllowed : .required,
                hasEvidence ? "must be absent when anomaly_id is given" : "is required when there is no anomaly_id")
        }
        let reason = reader.required("reason") { try boundedText($0, 1...500) }
        guard let rt, let reason, let source = evidence ?? anomaly.map(Source.anomaly) else { return nil }
        return EnteredRT(text: rt.text, psp: rt.psp, source: source, reason: reason)
    }

    private static func readEvidence(_ reader: inout ObjectReader) -> Source? {
        let bytes = reader.required("base64") { (text: String) throws -> [UInt8] in
            guard let data = Data(base64Encoded: text), !data.isEmpty else {
                throw InvalidValue(.badFormat, "must be base64 of at least one byte")
            }
            guard data.count <= maximumEvidenceBytes else {
                throw InvalidValue(.tooLong, "must be of at most \(maximumEvidenceBytes) bytes")
            }
            return [UInt8](data)
        }
        let type = reader.required("media_type") { (text: String) throws -> String in
            guard mediaTypes.contains(text) else {
                throw InvalidValue(.unknownValue, "must be one of " + mediaTypes.joined(separator: ", "))
            }
            return text
        }
        guard let bytes, let type else { return nil }
        return .document(bytes: bytes, mediaType: type)
    }

    /// PEC messages, signed files, scans and RTs.
    private static let mediaTypes = [
        "application/json", "application/xml", "application/pdf", "application/pkcs7-mime", "image/jpeg", "image/png",
        "message/rfc822", "text/plain", "application/octet-stream",
    ]
}
