import Cryptography
import HTTPTypes
import JSON
import PagoPA
import Text

func codeRoutes() -> [Route] {
    [
        Route(.get, "/v1/codes", "list_codes", access: .open, query: ["language"]) { (request: OpenRequest) in
            var reader = QueryReader(request)
            let language = reader.word("language", Language.self) ?? request.language
            try reader.finish()
            return CodeList.reply(in: language, unless: request.headers[.ifNoneMatch])
        }
    ]
}

/// The codes of the contract with their texts for people.
enum CodeList {
    /// How long a cache may store the list. A later version of the service may have more codes.
    static let lifeSeconds = 3_600

    private static func write<Table: TextTable>(
        _ table: Table.Type, as kind: String, in language: Language, into json: inout JSONWriter
    ) {
        for code in table.allCases {
            json.beginObject()
            json.field("kind", kind)
            json.field("code", code.rawValue)
            json.field("text", code.text(in: language))
            json.endObject()
        }
    }

    private static func body(in language: Language) -> [UInt8] {
        JSONWriter.object { json in
            json.field("language", language.rawValue)
            json.key("items")
            json.beginArray()
            write(PaymentMethodText.self, as: "payment_method", in: language, into: &json)
            write(PSPText.self, as: "method_disabled", in: language, into: &json)
            write(DisabledCode.self, as: "installment_disabled", in: language, into: &json)
            write(AttemptFailure.self, as: "failure", in: language, into: &json)
            write(FaultCode.self, as: "violation", in: language, into: &json)
            json.endArray()
        }
    }

    /// The same for every caller, so any cache may store it and any page may read it.
    static func reply(in language: Language, unless known: String?) -> Reply {
        let bytes = body(in: language)
        let tag = "\"\(Hex.encode(Array(SHA256.digest(bytes).prefix(8))))\""
        var headers: HTTPFields = [
            .eTag: tag, .cacheControl: "public, max-age=\(lifeSeconds)", .vary: "Accept-Language",
            .contentLanguage: language.rawValue, .accessControlAllowOrigin: "*",
        ]
        if known.map(EntityTags.init)?.matchWeakly(tag) == true { return Reply(.notModified, headers: headers) }
        headers[.contentType] = "application/json; charset=utf-8"
        return Reply(.ok, headers: headers, body: bytes)
    }
}
