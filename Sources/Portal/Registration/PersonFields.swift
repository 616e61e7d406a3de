import JSON

/// Names and address of a citizen, as the forms of registration and profile have them. The bounds are those of the service.
enum PersonFields {
    static func names(_ texts: Texts) -> [Field] {
        let kinds = [
            ("resident", texts[.kindResident]), ("aire", texts[.kindAire]), ("non_resident", texts[.kindNonResident]),
        ]
        return [
            Field(name: "kind", kind: .radio(kinds), label: texts[.kind], maximum: nil),
            Field(name: "given_name", label: texts[.givenName], autocomplete: "given-name", maximum: 70),
            Field(name: "family_name", label: texts[.familyName], autocomplete: "family-name", maximum: 70),
        ]
    }

    static func address(_ texts: Texts) -> [Field] {
        [
            Field(name: "street", label: texts[.street], autocomplete: "address-line1", maximum: 70),
            Field(name: "civic_number", label: texts[.civicNumber], isRequired: false, maximum: 16),
            Field(name: "postal_code", label: texts[.postalCode], autocomplete: "postal-code", maximum: 16),
            Field(name: "city", label: texts[.city], autocomplete: "address-level2", maximum: 70),
            Field(
                name: "province", label: texts[.province], autocomplete: "address-level1", isRequired: false,
                maximum: 35),
            Field(
                name: "country", label: texts[.country], hint: texts[.countryHint], autocomplete: "country", maximum: 2),
        ]
    }

    static let addressNames = ["street", "civic_number", "postal_code", "city", "province", "country"]

    /// - Parameter removingEmpty: whether a member without a value is written as null, which removes it from an account.
    static func writeAddress(of visit: Visit, into json: inout JSONWriter, removingEmpty: Bool = false) {
        json.object("address") { json in
            for name in addressNames {
                let value = visit.filled(name)
                json.field(name, name == "province" || name == "country" ? value?.uppercased() : value)
                if value == nil, removingEmpty {
                    json.key(name)
                    json.null()
                }
            }
        }
    }
}
