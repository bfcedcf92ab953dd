using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Nines.Testing;

/// <summary>
/// How long work of one thread took of a processor: what else the machine does meanwhile, for which a clock on the wall goes on, is not in it.
/// </summary>
public static class OwnTime
{
    private const int OfThisThread = 3; // CLOCK_THREAD_CPUTIME_ID of Linux

    /// <param name="work">Stays on the thread that calls.</param>
    /// <returns>By the wall where the system does not tell.</returns>
    public static TimeSpan Of(Action work)
    {
        var (began, from) = (Stopwatch.GetTimestamp(), Used());
        work();
        return Used() - from ?? Stopwatch.GetElapsedTime(began);
    }

    private static TimeSpan? Used() =>
        OperatingSystem.IsLinux() && ClockGetTime(OfThisThread, out var used) == 0 ? TimeSpan.FromSeconds(used.Seconds) + TimeSpan.FromTicks(used.Nanoseconds / 100) : null;

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int ClockGetTime(int clock, out TimeSpec time);
}
