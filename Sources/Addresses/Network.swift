import Foundation

/// A CIDR block.
package struct Network: Sendable {
    private let base: [UInt8]
    private let bits: Int

    package init?(_ text: String) {
        let parts = text.trimmingCharacters(in: .whitespaces).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let base = parts.first, let address = IPAddress(String(base)), let end = parts.last,
            end.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(end)
        else { return nil }
        let isFour = base.contains(".") && !base.contains(":")
        guard (0...(isFour ? 32 : 128)).contains(length) else { return nil }
        self.base = address.bytes
        bits = isFour ? length + 96 : length
    }

    package func contains(_ address: IPAddress) -> Bool {
        for index in 0..<16 {
            let left = bits - index * 8
            if left <= 0 { return true }
            let mask: UInt8 = left >= 8 ? 0xFF : ~(0xFF >> UInt8(clamping: left))
            if base[index] & mask != address.bytes[index] & mask { return false }
        }
        return true
    }
}
