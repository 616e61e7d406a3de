import COpenSSL

package enum SHA256 {
    package static let byteCount = 32

    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            _ = COpenSSL.SHA256(bytes, bytes.count, buffer.baseAddress)
            count = byteCount
        }
    }
}

package enum HMACSHA256 {
    package static func authenticate(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { buffer, count in
            var length: UInt32 = 0
            _ = HMAC(
                quietanza_sha256(), key, Int32(clamping: key.count), bytes, bytes.count, buffer.baseAddress, &length)
            count = Int(length)
        }
    }
}

/// Compares in constant time; only the length affects the duration.
package func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}

package struct NoRandomness: Error {}

package enum SecureRandom {
    /// - Throws: `NoRandomness` if the system cannot provide random bytes.
    package static func bytes(_ count: Int) throws(NoRandomness) -> [UInt8] {
        var ok: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            ok = RAND_bytes(buffer.baseAddress, Int32(clamping: count))
            filled = ok == 1 ? count : 0
        }
        guard ok == 1 else { throw NoRandomness() }
        return bytes
    }
}
