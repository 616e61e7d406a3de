import Glibc
import PagoPA

// A file of its own: beside an import of NIOSSL the compiler takes `timespec` for another module's.
extension Wiring {
    static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}
