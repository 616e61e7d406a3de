import Glibc
import PagoPA

// This is a separate file because with an import of NIOSSL the compiler resolves `timespec` to another module's type.
extension Wiring {
    static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}
