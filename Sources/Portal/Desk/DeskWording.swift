import JSON

/// The words of a creditor in one kind of e-mail and one language.
struct DeskWording: Sendable {
    static let kinds = [
        "receipt_ready", "counter_payment", "payment_under_review", "double_payment", "payment_failed",
        "refund_decided",
    ]

    let kind: String
    let language: String

    init(_ values: [String: String]) {
        kind = Self.kinds.first { $0 == values["kind"] } ?? "receipt_ready"
        language = values["language"].flatMap(Language.init)?.rawValue ?? "it"
    }

    static func fields(_ texts: Texts) -> [Field] {
        [
            Field(
                name: "kind", kind: .select(kinds.map { ($0, texts.word("mail", $0)) }), label: texts[.deskKind],
                isRequired: false, maximum: nil),
            Field(
                name: "language", kind: .select(Language.allCases.map { ($0.rawValue, $0.name) }),
                label: texts[.language], isRequired: false, maximum: nil),
        ]
    }

    func isIn(_ wording: JSONValue) -> Bool {
        wording.text("kind") == kind && wording.text("language") == language
    }

    /// All wordings of the creditor with this one changed; without words it is left out, and the built-in text is used again.
    func body(replacing stored: [JSONValue], subject: String?, sentence: String?) -> [UInt8] {
        JSONWriter.object { json in
            var items = stored.filter { !isIn($0) }.map(JSONWriter.members)
            if subject != nil || sentence != nil {
                items.append { json in
                    json.field("kind", kind)
                    json.field("language", language)
                    json.field("subject", subject)
                    json.field("sentence", sentence)
                }
            }
            json.array("items", items) { json, write in
                json.beginObject()
                write(&json)
                json.endObject()
            }
        }
    }

    func page(_ visit: Visit, _ code: String, tag: String, _ mail: JSONValue?, _ state: FormState) -> Page {
        let texts = visit.texts
        let path = "/desk/creditors/\(code)"
        let fields = [
            Field(
                name: "subject", label: texts[.deskMailSubject], hint: texts[.deskWordingHint], isRequired: false,
                maximum: 120),
            Field(
                name: "sentence", kind: .area, label: texts[.deskMailSentence], hint: texts[.deskWordingHint],
                isRequired: false, maximum: 500),
        ]
        var form = visit.form(
            path + "/wording", fields, submit: texts[.deskPreview],
            hidden: [("kind", kind), ("language", language), ("tag", tag)], state: state)
        form.second = (value: "save", label: texts[.deskSave])
        let title = "\(texts.word("mail", kind)) (\(Language(rawValue: language)?.name ?? language))"
        return Page(
            title: title, trail: [(texts[.deskCreditors], "/desk/creditors"), (code, path)], isError: state.hasErrors
        ) {
            element("p", ["class": "lead"], texts[.deskWordingText])
            form.html
            if let mail {
                element("h2", [:], texts[.deskPreview])
                element("div", ["class": "mail", "lang": language]) {
                    element("p", ["class": "status"]) { element("bdi", [:], mail.text("subject") ?? "") }
                    element("pre", [:], mail.text("text") ?? "")
                }
            }
        }
    }
}

extension JSONWriter {
    /// Writes the members of a stored wording.
    fileprivate static func members(_ wording: JSONValue) -> (inout JSONWriter) -> Void {
        { json in
            for name in ["kind", "language", "subject", "sentence"] { json.field(name, wording.text(name)) }
        }
    }
}
