using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Nines.Cli.Watching.Control;

/// <summary>
/// Tells a service manager how the service is, as sd_notify(3) says: datagrams of NAME=value lines to the socket that
/// <c>NOTIFY_SOCKET</c> names. Without one nothing is told. A manager that does not listen never disturbs the watch.
/// </summary>
internal sealed class ServiceManager : IDisposable
{
    /// <summary>How often the status is told where no watchdog asks for more.</summary>
    private static readonly TimeSpan StatusEvery = TimeSpan.FromSeconds(30);

    private readonly Socket? socket;
    private readonly UnixDomainSocketEndPoint? manager;
    private readonly TimeProvider time;

    /// <param name="environment">An environment variable's value; null when it is not set.</param>
    public ServiceManager(Func<string, string?> environment, TimeProvider time)
    {
        this.time = time;
        // '@' stands for the zero byte that begins a name in the abstract namespace, unix(7).
        if (environment("NOTIFY_SOCKET") is not { Length: > 1 } address || address[0] is not ('/' or '@') || Encoding.UTF8.GetByteCount(address) > ControlSocket.LongestPath) return;
        manager = new UnixDomainSocketEndPoint(address[0] == '@' ? '\0' + address[1..] : address);
        socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        var ours = environment("WATCHDOG_PID") is not { Length: > 0 } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (ours && long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds is > 0 and < 86_400_000_000)
            WatchdogLimit = TimeSpan.FromMicroseconds(microseconds);
    }

    /// <summary>After this long without a word the manager takes the service for hung; null when it does not watch.</summary>
    public TimeSpan? WatchdogLimit { get; }

    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    /// <summary>A reload begins; <see cref="Ready"/> ends it, whatever came of it.</summary>
    public void Reloading() => Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={(long)((Int128)time.GetTimestamp() * 1_000_000 / time.TimestampFrequency)}"));

    public void Stopping() => Send("STOPPING=1");

    /// <summary>Until stopped: the watchdog's signs of life, and the status. A loop that does not turn gives no sign.</summary>
    /// <param name="turns">How often the loop has gone round: what counts as life.</param>
    public async Task KeepTellingAsync(Func<long> turns, Func<string> status, CancellationToken stopping)
    {
        if (socket is null) return;
        var every = WatchdogLimit is { } limit && limit / 3 < StatusEvery ? limit / 3 : StatusEvery;
        var seen = turns();
        try
        {
            while (true)
            {
                await Task.Delay(every, time, stopping);
                var now = turns();
                Send($"{(WatchdogLimit is not null && now != seen ? "WATCHDOG=1\n" : "")}STATUS={status()}");
                seen = now;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
    }

    public void Dispose() => socket?.Dispose();

    private void Send(string message)
    {
        try
        {
            socket?.SendTo(Encoding.UTF8.GetBytes(message), manager!);
        }
        catch (SocketException)
        {
            // Nobody listens, or not now: a manager that hears nothing does what its unit says, and that is all there is to do.
        }
    }
}
