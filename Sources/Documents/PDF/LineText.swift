/// Texts on their way into lines.
extension String {
    private static let joint = "\u{2060}"

    /// With word joiners after each `/` and `-` of codes such as `/RFB/02260618143027134/59.80`, because lines could end there.
    var withWholeCodes: String {
        guard utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "-") }) else { return self }
        return split(separator: " ", omittingEmptySubsequences: false).map { word in
            guard word.utf8.contains(where: { (0x30...0x39).contains($0) }), !word.contains("://") else {
                return String(word)
            }
            return String(word).replacing("/", with: "/" + Self.joint).replacing("-", with: "-" + Self.joint)
        }.joined(separator: " ")
    }

    /// Without what only keeps lines together.
    var withoutJoints: String { replacing("\u{A0}", with: " ").replacing(Self.joint, with: "") }

    var trimmedEnd: String {
        var view = self[...]
        while view.last == " " { view = view.dropLast() }
        return String(view)
    }
}

extension Substring {
    /// The longest parts of which either every character meets the condition or none does.
    func parts(where meets: (Character) -> Bool) -> [Substring] {
        var parts: [Substring] = []
        var rest = self
        while let first = rest.first {
            let part = rest.prefix { meets($0) == meets(first) }
            parts.append(part)
            rest = rest.dropFirst(part.count)
        }
        return parts
    }
}

extension Unicode.Scalar {
    /// A joiner (U+200C, U+200D, U+2060) or the left-to-right mark: it changes how letters are shaped or ordered, or where a line ends,
    /// and is not drawn itself.
    var isInvisibleInText: Bool { (0x200C...0x200E).contains(value) || value == 0x2060 }
}
