/// Random input that is the same in every run (SplitMix64), so that a failure can be repeated.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A header value: pieces that its parser looks for, between random characters that a header may contain.
    /// - Parameter pieces: tokens with a meaning for the parser under test.
    public mutating func header(of pieces: [String], longestPieces: Int = 12) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...longestPieces, using: &self) {
            switch Int.random(in: 0..<10, using: &self) {
            case 0..<7: text += pieces.randomElement(using: &self) ?? ""
            case 7: text += String(repeating: " ", count: Int.random(in: 0...3, using: &self))
            case 8:
                let scalar = Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &self))
                text.unicodeScalars.append(scalar)
            default:
                // Bytes over 0x7F arrive as UTF-8, as Latin-1, or as a combining character after a delimiter.
                text += ["\u{301}", "é", "\u{FEFF}", "\u{202E}", "\t", "𝟙", "٣"].randomElement(using: &self) ?? ""
            }
        }
        return text
    }
}
