using Nines.Cli.Demo.Lab;
using Nines.Cli.Output;
using Nines.Testing;

namespace Nines.Cli.Tests.Demo;

public sealed class LabServiceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_does_not_come_back_from_a_restart_says_why_and_is_ended_once()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "the demo's signals are POSIX's");
        using var http = new HttpClient();
        var service = await LabService.StartAsync(await LabFolder.FindAsync(Stop), "httptarget.mjs", [], http, TimeProvider.System, Stop);
        var port = service.Port;
        await service.KillAsync(Stop);
        var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
        taken.Start();

        var fault = await Assert.ThrowsAsync<Fault>(() => service.RestartAsync(Stop));
        Assert.Contains("EADDRINUSE", fault.Message, StringComparison.Ordinal);

        taken.Stop();
        await service.DisposeAsync(); // as the lab does at its end with all that it started
    }
}
