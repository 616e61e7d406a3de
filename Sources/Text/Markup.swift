/// Text in HTML and XML.
package enum Markup {
    /// For content, and for attribute values in quotes of either kind.
    package static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: append(scalar, to: &result)
            }
        }
        return result
    }

    /// For content only, where quotes stand as they are.
    package static func escapeContent(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars { append(scalar, to: &result) }
        return result
    }

    private static func append(_ scalar: Unicode.Scalar, to result: inout String) {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        default: result.unicodeScalars.append(scalar)
        }
    }
}
