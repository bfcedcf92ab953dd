using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Nines.Probing.Paths;

/// <summary>
/// Sockets for looks, which leave the last descriptors to the process itself: the runtime needs some for each thread that it starts
/// and ends the process when it gets none. A look without a socket is a probe fault; a watcher that ends sees nothing at all.
/// </summary>
internal static class Descriptors
{
    /// <summary>Enough for a few threads at once, the journal's files and a verb that asks; of small limits at most an eighth.</summary>
    public const int KeptBack = 32;

    /// <exception cref="SocketException">As the system's own; also <see cref="SocketError.TooManyOpenSockets"/> when only the last descriptors are left.</exception>
    public static Socket OpenSocket(AddressFamily family, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(family, type, protocol);
        // The system gives the lowest number that is free: a high one says that hardly any is.
        if (IsFree(socket.Handle, Limit())) return socket;
        socket.Dispose();
        throw new SocketException((int)SocketError.TooManyOpenSockets);
    }

    internal static bool IsFree(long descriptor, long limit) => descriptor < limit - Math.Min(KeptBack, limit / 8);

    /// <summary>How many descriptors the process may have now; it can be changed while it runs.</summary>
    private static long Limit()
    {
        if (OperatingSystem.IsWindows()) return long.MaxValue;
        return GetLimit(OperatingSystem.IsLinux() ? 7 : 8, out var limits) == 0 && limits.Soft < long.MaxValue ? (long)limits.Soft : long.MaxValue;
    }

    /// <summary>getrlimit(2) of RLIMIT_NOFILE; rlim_t has 64 bits on every 64-bit system.</summary>
    [DllImport("libc", EntryPoint = "getrlimit")]
    private static extern int GetLimit(int resource, out Limits limits);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limits
    {
        public ulong Soft, Hard;
    }
}
