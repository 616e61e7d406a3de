import PagoPA
import Text

/// The head of every document: the creditor with logo, address and contacts, the payment system, and a bar in the creditor's colour.
struct Head {
    let name: String
    let lines: [String]
    let system: String?
    let logo: CreditorLogo?

    private static let brandWidth = 56.0
    private static let logoWidth = 115.0
    private static let logoHeight = 46.0

    func draw(on sheet: Sheet, image: OpaquePointer?) {
        let top = sheet.y
        var x = Sheet.margin
        var bottom = top
        if let image, let logo {
            let width = min(Self.logoWidth, Self.logoHeight * Double(logo.width) / Double(max(1, logo.height)))
            sheet.draw(image, of: logo, x: x, top: top, width: width)
            bottom = top + width * Double(logo.height) / Double(max(1, logo.width))
            x += width + 12
        }
        let width = Sheet.margin + Sheet.textWidth - Self.brandWidth - x
        var y = top
        y += sheet.write(name, .sender, as: "P", x: x, top: y, width: width)
        for line in lines { y += sheet.write(line, .small, as: "P", x: x, top: y, width: width) }
        if let system {
            sheet.write(
                system, .brand, as: "P", x: Sheet.margin + Sheet.textWidth - Self.brandWidth, top: top,
                width: Self.brandWidth, isFixed: true)
        }
        sheet.skip(max(y, bottom) - top + 6)
        sheet.fill(
            x: Sheet.margin, top: sheet.y, width: Sheet.textWidth, height: 2.5,
            color: logo?.color.map(Color.init) ?? .neutral)
        sheet.skip(14)
    }
}

extension Creditor {
    /// Street and city, on one line.
    var addressLine: String? { address?.lines.joined(separator: ", ") }

    /// E-mail address and telephone, on one line.
    var contactLine: String? {
        let ways = [contactEmail?.value, contactPhone?.onOneLine].compactMap(\.self)
        return ways.isEmpty ? nil : ways.joined(separator: ", ")
    }
}

extension PostalAddress {
    /// Street; postal code, city, province, and the country if it is not Italy.
    var lines: [String] {
        let street = [street, civicNumber].compactMap(\.self).joined(separator: " ")
        let city = [postalCode, city, province.map { "(\($0))" }, country == "IT" ? nil : country]
            .compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " ")
        return [street, city].filter { !$0.isEmpty }
    }
}
