using System.Runtime.InteropServices;

namespace Nines.Cli.Demo.Lab;

/// <summary>Signals to processes that the demo started itself.</summary>
internal static class Posix
{
    public const int Kill = 9, Terminate = 15;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(1);

    public static int Stop { get; } = OperatingSystem.IsMacOS() ? 17 : 19;
    public static int Continue { get; } = OperatingSystem.IsMacOS() ? 19 : 18;

    /// <returns>False when there is no such process any more.</returns>
    public static bool Send(int pid, int signal)
    {
        // 0 and below name groups of processes, never one of ours.
        ArgumentOutOfRangeException.ThrowIfLessThan(pid, 2);
        return SendSignal(pid, signal) == 0;
    }

    /// <summary>Returns once the kernel shows the process as stopped. Where there is no /proc, when the signal was sent.</summary>
    public static async Task WaitUntilStoppedAsync(int pid, TimeProvider time, CancellationToken cancellation)
    {
        var stat = $"/proc/{pid}/stat";
        if (!OperatingSystem.IsLinux()) return;
        while (await File.ReadAllTextAsync(stat, cancellation) is var text && text[text.LastIndexOf(')') + 2] != 'T')
            await Task.Delay(LookEvery, time, cancellation);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int pid, int signal);
}
