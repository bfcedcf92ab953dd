using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Nines.Cli.Watching.Control;
using Nines.Testing;

namespace Nines.Cli.Tests.Watching;

/// <summary>Against a real datagram socket, as systemd has it.</summary>
public sealed class ServiceManagerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nines-notify-").FullName;
    private readonly Socket systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly ManualTimeProvider time = new();

    public ServiceManagerTests() => systemd.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, "notify")));

    public void Dispose()
    {
        systemd.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private ServiceManager Manager(string? watchdog = null, string? address = null, string? watched = null) => new(
        name => name switch { "NOTIFY_SOCKET" => address ?? Path.Combine(folder, "notify"), "WATCHDOG_USEC" => watchdog, "WATCHDOG_PID" => watched, _ => null }, time);

    private string? Heard()
    {
        if (!systemd.Poll(0, SelectMode.SelectRead)) return null;
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, systemd.Receive(buffer));
    }

    [Fact]
    public void It_says_when_it_is_ready_reloads_and_stops()
    {
        using var manager = Manager();
        manager.Ready("Watching 2 components");
        Assert.Equal("READY=1\nSTATUS=Watching 2 components", Heard());
        var before = time.GetTimestamp() * 1_000_000 / time.TimestampFrequency;
        manager.Reloading();
        Assert.Equal($"RELOADING=1\nMONOTONIC_USEC={before.ToString(CultureInfo.InvariantCulture)}", Heard());
        manager.Stopping();
        Assert.Equal("STOPPING=1", Heard());
    }

    [Fact]
    public async Task The_watchdog_hears_of_a_loop_that_turns_and_of_no_other()
    {
        using var manager = Manager(watchdog: "30000000", watched: Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(TimeSpan.FromSeconds(30), manager.WatchdogLimit);
        using var stopping = new CancellationTokenSource();
        var turns = 0L;
        var telling = manager.KeepTellingAsync(() => turns, () => "fine", stopping.Token);
        turns++;
        await PassAsync();
        Assert.Equal("WATCHDOG=1\nSTATUS=fine", await HearAsync());
        await PassAsync();
        Assert.Equal("STATUS=fine", await HearAsync());
        turns += 5;
        await PassAsync();
        Assert.Equal("WATCHDOG=1\nSTATUS=fine", await HearAsync());
        await stopping.CancelAsync();
        await telling;
    }

    /// <summary>Time that passes before the loop waits for it means nothing to it: it goes on on another thread.</summary>
    private async Task PassAsync()
    {
        await Patience.UntilAsync("the loop waits", () => time.NextDue is not null, pause: TimeSpan.FromMilliseconds(1), cancellation: TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(10));
    }

    /// <summary>The loop goes on on another thread.</summary>
    private async Task<string?> HearAsync()
    {
        string? heard = null;
        await Patience.UntilAsync("the next word to the service manager", () => (heard = Heard()) is not null, pause: TimeSpan.FromMilliseconds(10), cancellation: TestContext.Current.CancellationToken);
        return heard;
    }

    [Theory]
    [InlineData("")]
    [InlineData("relative/path")]
    [InlineData("/nobody/listens/here")]
    public void A_manager_that_is_not_there_disturbs_nobody(string address)
    {
        using var manager = Manager(address: address);
        manager.Ready("fine");
        manager.Stopping();
        Assert.Null(Heard());
    }

    [Theory]
    [InlineData("0", null)]
    [InlineData("nonsense", null)]
    [InlineData("30000000", "1")]
    public void A_watchdog_that_is_not_ours_is_not_served(string limit, string? watched)
    {
        using var manager = Manager(limit, watched: watched);
        Assert.Null(manager.WatchdogLimit);
    }
}
