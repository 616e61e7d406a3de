/// One input of a form, with its label, hint and error.
struct Field: Sendable {
    enum Kind: Sendable {
        case text
        case email
        case password
        case date
        case time
        case number
        /// Several lines.
        case area
        /// The types that the file dialog offers.
        case file(accept: String)
        case check
        case select([(value: String, label: String)])
        case radio([(value: String, label: String)])
        /// Several of these; each is a field of its own, whose name is that of the group, `_` and the value.
        case checks([(value: String, label: String)])
    }

    var name: String
    var kind = Kind.text
    var label: String
    var hint: String?
    var autocomplete: StaticString?
    var isRequired = true
    /// Whether the label says that a field may stay empty; in a search every one may.
    var marksOptional = true
    var maximum: Int? = 200
    /// For codes: the keyboard of phones.
    var inputMode: StaticString?

    var id: String { "f-\(name)" }
    var key: String { name }
}

/// What was typed into a form, and what is wrong with it.
struct FormState: Sendable {
    var values: [String: String] = [:]
    /// Messages by field.
    var errors: [String: String] = [:]
    /// A message about the form as a whole.
    var message: String?
    /// What the service says about it, in English.
    var details: [String] = []

    var hasErrors: Bool { message != nil || !errors.isEmpty }
}

/// A form that posts to this site. It always contains the token that proves that the page came from this site.
struct Form: Sendable {
    let action: String
    let fields: [Field]
    let submit: String
    var hidden: [(name: StaticString, value: String)] = []
    var state = FormState()
    var csrf: String
    var texts: Texts
    /// Another button, which sends its value as `action`.
    var second: (value: String, label: String)?

    var html: HTML { html(button: "primary") }

    /// With a button that is not the page's main one.
    var secondary: HTML { html(button: nil) }

    private func html(button: String?) -> HTML {
        element(
            "form",
            [
                "method": "post", "action": action, "novalidate": "",
                "enctype": sendsFile ? "multipart/form-data" : nil,
            ]
        ) {
            summary
            element("input", ["type": "hidden", "name": "csrf", "value": csrf])
            for field in hidden { element("input", ["type": "hidden", "name": field.name.text, "value": field.value]) }
            for field in fields { FieldView(field: field, state: state, texts: texts).html }
            element("p", ["class": "actions"]) {
                element("button", ["type": "submit", "class": button], submit)
                if let second {
                    element("button", ["type": "submit", "name": "action", "value": second.value], second.label)
                }
            }
        }
    }

    private var sendsFile: Bool {
        fields.contains { field in
            guard case .file = field.kind else { return false }
            return true
        }
    }

    /// All errors with links to their fields, which screen readers announce first.
    private var summary: HTML? {
        guard state.hasErrors else { return nil }
        return element("div", ["class": "notice error", "role": "alert", "id": "errors", "tabindex": "-1"]) {
            element("h2", [:], state.message ?? texts[.errorsTitle])
            for detail in state.details { element("p", ["lang": "en"], detail) }
            if !state.errors.isEmpty {
                element("ul") {
                    for field in fields {
                        if let error = state.errors[field.key] {
                            element("li") { element("a", ["href": "#\(field.id)"], texts.labelled(field.label, error)) }
                        }
                    }
                }
            }
        }
    }
}

/// A form that reads: its fields are in the address, so it needs no token.
struct SearchForm: Sendable {
    let action: String
    let fields: [Field]
    let submit: String
    var values: [String: String] = [:]
    var texts: Texts

    var html: HTML {
        element("form", ["method": "get", "action": action, "class": "search", "role": "search"]) {
            element("div", ["class": "columns"]) {
                for field in fields {
                    FieldView(field: field, state: FormState(values: values), texts: texts).html
                }
            }
            element("p", ["class": "actions"]) { element("button", ["type": "submit", "class": "primary"], submit) }
        }
    }
}

struct FieldView: Sendable {
    let field: Field
    let state: FormState
    let texts: Texts

    private var error: String? { state.errors[field.key] }
    private var value: String { state.values[field.key] ?? "" }
    private var hintID: String? { field.hint == nil ? nil : "\(field.id)-hint" }
    private var errorID: String? { error == nil ? nil : "\(field.id)-error" }
    fileprivate var describedBy: String? {
        let ids = [hintID, errorID].compactMap { $0 }
        return ids.isEmpty ? nil : ids.joined(separator: " ")
    }

    var html: HTML {
        element("div", ["class": error == nil ? "field" : "field wrong"]) {
            switch field.kind {
            case .check: check
            case .radio(let options): radio(options)
            case .checks(let options): checks(options)
            case .select(let options):
                label
                hint
                errorText
                select(options)
            case .area:
                label
                hint
                errorText
                area
            default:
                label
                hint
                errorText
                input
            }
        }
    }

    private var label: HTML {
        element("label", ["for": field.id]) {
            field.label
            if !field.isRequired && field.marksOptional {
                element("span", ["class": "optional"], " (\(texts[.optional]))")
            }
        }
    }

    fileprivate var hint: HTML? {
        field.hint.map { text in element("p", ["class": "hint", "id": hintID], text) }
    }

    fileprivate var errorText: HTML? {
        error.map { text in element("p", ["class": "field-error", "id": errorID], text) }
    }

    private var type: String {
        switch field.kind {
        case .email: "email"
        case .password: "password"
        case .date: "date"
        case .time: "time"
        case .file: "file"
        default: "text"
        }
    }

    /// A password is never written back.
    private var input: HTML {
        element(
            "input",
            [
                "type": type, "id": field.id, "name": field.key,
                "value": ["password", "file"].contains(type) ? nil : value, "accept": accept,
                "autocomplete": field.autocomplete?.text, "required": Attributes.flag(field.isRequired),
                "inputmode": field.inputMode?.text, "maxlength": field.maximum.map(String.init),
                "aria-invalid": error == nil ? nil : "true", "aria-describedby": describedBy,
                "autocapitalize": type == "email" ? "none" : nil, "spellcheck": "false",
            ])
    }

    private var accept: String? {
        guard case .file(let accept) = field.kind else { return nil }
        return accept
    }

    private var area: HTML {
        element(
            "textarea",
            [
                "id": field.id, "name": field.key, "rows": "3", "required": Attributes.flag(field.isRequired),
                "maxlength": field.maximum.map(String.init), "aria-invalid": error == nil ? nil : "true",
                "aria-describedby": describedBy,
            ], value)
    }

    private func select(_ options: [(value: String, label: String)]) -> HTML {
        element(
            "select",
            [
                "id": field.id, "name": field.key, "required": Attributes.flag(field.isRequired),
                "autocomplete": field.autocomplete?.text, "aria-invalid": error == nil ? nil : "true",
                "aria-describedby": describedBy,
            ]
        ) {
            for option in options {
                element(
                    "option", ["value": option.value, "selected": Attributes.flag(option.value == value)], option.label)
            }
        }
    }

    private var check: HTML {
        group {
            errorText
            element("div", ["class": "check"]) {
                element(
                    "input",
                    [
                        "type": "checkbox", "id": field.id, "name": field.key, "value": "yes",
                        "checked": Attributes.flag(value == "yes"), "required": Attributes.flag(field.isRequired),
                        "aria-invalid": error == nil ? nil : "true", "aria-describedby": describedBy,
                    ])
                element("label", ["for": field.id], field.label)
            }
            hint
        }
    }

    private func radio(_ options: [(value: String, label: String)]) -> HTML {
        element("fieldset", ["id": field.id, "aria-describedby": describedBy]) {
            element("legend", [:], field.label)
            hint
            errorText
            for (index, option) in options.enumerated() {
                element("div", ["class": "check"]) {
                    element(
                        "input",
                        [
                            "type": "radio", "id": "\(field.id)-\(index)", "name": field.key, "value": option.value,
                            "checked": Attributes.flag(option.value == value),
                            "required": Attributes.flag(field.isRequired),
                        ])
                    element("label", ["for": "\(field.id)-\(index)"], option.label)
                }
            }
        }
    }
}

extension FieldView {
    private func checks(_ options: [(value: String, label: String)]) -> HTML {
        element("fieldset", ["id": field.id, "aria-describedby": describedBy]) {
            element("legend", [:], field.label)
            hint
            errorText
            for option in options {
                let name = "\(field.name)_\(option.value)"
                element("div", ["class": "check"]) {
                    element(
                        "input",
                        [
                            "type": "checkbox", "id": "f-\(name)", "name": name, "value": "yes",
                            "checked": Attributes.flag(state.values[name] == "yes"),
                        ])
                    element("label", ["for": "f-\(name)"], option.label)
                }
            }
        }
    }
}

extension StaticString {
    var text: String { "\(self)" }
}
