import PagoPA

/// The styles of every document, so that a receipt and a notice of one creditor look alike.
extension Sheet.Style {
    /// The name of the payment system.
    static let brand = Sheet.Style(size: 12, weight: .bold, grey: 0.35)
    /// The name of the creditor at the head of a page.
    static let sender = Sheet.Style(size: 12, weight: .bold, grey: 0.05)
    static let title = Sheet.Style(size: 17, weight: .bold, grey: 0.05)
    /// The amount: the first that a reader looks for.
    static let amount = Sheet.Style(size: 26, weight: .bold, grey: 0.05)
    static let subject = Sheet.Style(size: 12, weight: .bold, grey: 0.05)
    static let heading = Sheet.Style(size: 10.5, weight: .bold, grey: 0.05)
    static let value = Sheet.Style(size: 9.5, weight: .regular, grey: 0.05)
    static let strong = Sheet.Style(size: 9.5, weight: .bold, grey: 0.05)
    /// Labels, and what stands beside the text in a second language.
    static let label = Sheet.Style(size: 8.5, weight: .regular, grey: 0.3)
    static let small = Sheet.Style(size: 8, weight: .regular, grey: 0.3)
    /// What offices need and most readers do not.
    static let code = Sheet.Style(size: 8, weight: .regular, grey: 0.05)
    static let longCode = Sheet.Style(size: 7, weight: .regular, grey: 0.05)
}

/// A colour of sRGB, each part from 0 to 1.
struct Color: Equatable {
    let red: Double
    let green: Double
    let blue: Double

    /// Without a creditor's own colour.
    static let neutral = Color(red: 0.8, green: 0.8, blue: 0.8)
    init(red: Double, green: Double, blue: Double) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    init(_ color: BrandColor) {
        self.init(red: Double(color.red) / 255, green: Double(color.green) / 255, blue: Double(color.blue) / 255)
    }

    /// Behind headings.
    static let panel = Color(red: 0.9, green: 0.9, blue: 0.9)
}
