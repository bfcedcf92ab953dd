using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Nines.Backbone.Embedded;
using Nines.Cli.Config;
using Nines.Cli.Doctor;
using Nines.Testing;

namespace Nines.Cli.Tests.Doctor;

/// <summary>Each check with the fault that it is for.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nines-doctor-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Patient Patient => new() { DataFolder = folder, Time = TimeProvider.System };

    private static LoadedConfig Config(string yaml) => Assert.IsType<ConfigReading.Loaded>(new ConfigLoader(new ConfigSurroundings()).Read("nines.yaml", Encoding.UTF8.GetBytes(yaml), "/")).Config;

    private static async Task<Finding> RunAsync(IEnumerable<HealthCheck> checks, string name, TimeProvider? time = null) =>
        (await checks.Single(check => check.Name == name).RunAsync(time ?? TimeProvider.System, TestContext.Current.CancellationToken))[0];

    [Theory]
    [InlineData(0.03, 0.01, Verdict.Ok)]
    [InlineData(-0.4, 0.01, Verdict.Warning)]
    [InlineData(0.9, 0.85, Verdict.Ok)]
    [InlineData(-5, 0.6, Verdict.Problem)]
    public void A_clock_is_wrong_only_by_what_is_sure(double offset, double uncertainty, object verdict) =>
        Assert.Equal(verdict, ClockChecks.Judge(TimeSpan.FromSeconds(offset), TimeSpan.FromSeconds(uncertainty), "x").Verdict);

    [Theory]
    [InlineData(0)]
    [InlineData(-90)]
    [InlineData(3600)]
    public async Task The_offset_is_measured_against_an_ntp_server(double ahead)
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var serving = Task.Run(async () =>
        {
            for (var i = 0; i < 4; i++)
            {
                var question = await server.ReceiveAsync(TestContext.Current.CancellationToken);
                var answer = new byte[48];
                (answer[0], answer[1]) = (0x24, 2);
                question.Buffer.AsSpan(40, 8).CopyTo(answer.AsSpan(24));
                var now = (TimeProvider.System.GetUtcNow().AddSeconds(-ahead) - new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds;
                foreach (var at in (int[])[32, 40])
                {
                    BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(at), (uint)now);
                    BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(at + 4), (uint)((now - Math.Floor(now)) * uint.MaxValue));
                }
                await server.SendAsync(answer, question.RemoteEndPoint, TestContext.Current.CancellationToken);
            }
        }, TestContext.Current.CancellationToken);
        var measured = await ClockChecks.AskNtpAsync(server.Client.LocalEndPoint!.ToString()!, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.NotNull(measured);
        Assert.InRange((measured.Value.Offset - TimeSpan.FromSeconds(ahead)).Duration(), TimeSpan.Zero, measured.Value.Uncertainty + TimeSpan.FromMilliseconds(1));
        await serving;
    }

    [Fact]
    public async Task A_disk_whose_sync_is_slow_is_told_with_what_it_means()
    {
        var time = new ManualTimeProvider();
        Task<Finding> Measure(int milliseconds) => RunAsync(DiskChecks.Of(Patient with { Time = time }, _ => time.Advance(TimeSpan.FromMilliseconds(milliseconds))), "fsync");
        Assert.Equal(Verdict.Ok, (await Measure(2)).Verdict);
        var slow = await Measure(80);
        Assert.Equal(Verdict.Warning, slow.Verdict);
        Assert.StartsWith("median 80.00 ms", slow.What, StringComparison.Ordinal);
        Assert.Equal(Verdict.Problem, (await Measure(500)).Verdict);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task A_full_disk_in_memory_is_told_as_both()
    {
        var mount = Path.Combine(folder, "small");
        Directory.CreateDirectory(mount);
        Assert.SkipUnless(OperatingSystem.IsLinux() && await CallAsync("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", mount) == 0, "mounting a file system needs root");
        try
        {
            var patient = Patient with { DataFolder = mount };
            Assert.Equal(Verdict.Warning, (await RunAsync(DiskChecks.Of(patient), "file system")).Verdict);
            Assert.Equal(Verdict.Problem, (await RunAsync(DiskChecks.Of(patient), "disk space")).Verdict);
            await File.WriteAllBytesAsync(Path.Combine(mount, "fill"), new byte[200 << 10], TestContext.Current.CancellationToken);
            Assert.Equal(Verdict.Problem, (await RunAsync(DiskChecks.Of(patient), "fsync")).Verdict);
        }
        finally
        {
            Assert.Equal(0, await CallAsync("umount", mount));
        }
    }

    [Fact]
    public async Task A_data_folder_that_everybody_can_read_is_told()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "permissions of POSIX");
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        Assert.Contains("chmod 700", (await RunAsync(DiskChecks.Of(Patient), "data folder")).Mend, StringComparison.Ordinal);
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_000_000);
        Assert.Equal(Verdict.Ok, (await RunAsync(DiskChecks.Of(Patient), "data folder")).Verdict);
    }

    [Fact]
    public async Task A_port_that_is_held_is_told_with_who_holds_it()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var taken = Patient with { Config = Config($"listen: {holder.LocalEndpoint}\ncomponents: [{{name: a, kind: infra, probes: [{{tcp: 'a.example:1'}}]}}]\n") };
        var finding = await RunAsync(NetworkChecks.Of(taken), "port");
        Assert.Equal(Verdict.Problem, finding.Verdict);
        if (OperatingSystem.IsLinux()) Assert.Contains($"(process {Environment.ProcessId})", finding.What, StringComparison.Ordinal);
        holder.Stop();
        Assert.Equal(Verdict.Ok, (await RunAsync(NetworkChecks.Of(taken), "port")).Verdict);
    }

    [Fact]
    public async Task A_port_that_the_running_watch_itself_holds_is_no_problem()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc");
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        await using var journal = await SqliteJournal.OpenAsync(Patient.DataFolder, TimeProvider.System);
        var taken = Patient with { Config = Config($"listen: {holder.LocalEndpoint}\ncomponents: [{{name: a, kind: infra, probes: [{{tcp: 'a.example:1'}}]}}]\n") };
        var finding = await RunAsync(NetworkChecks.Of(taken), "port");
        Assert.Equal(Verdict.Ok, finding.Verdict);
        Assert.EndsWith($"(process {Environment.ProcessId}): the nines up that runs", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_holder_of_a_port_is_found_while_its_descriptors_come_and_go()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc");
        using var ending = new CancellationTokenSource();
        // Their numbers are given again to what comes and goes, so that those are met before the port's own.
        var low = Enumerable.Range(0, 8).Select(_ => File.OpenHandle("/dev/null")).ToList();
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        foreach (var descriptor in low) descriptor.Dispose();
        var files = Task.Run(() => { while (!ending.IsCancellationRequested) File.OpenHandle("/dev/null").Dispose(); }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 200; i++)
            Assert.EndsWith($"(process {Environment.ProcessId})", Machine.HolderOf((IPEndPoint)holder.LocalEndpoint), StringComparison.Ordinal);
        await ending.CancelAsync();
        await files;
    }

    [Fact]
    public async Task A_resolver_that_does_not_answer_is_told()
    {
        var file = Path.Combine(folder, "resolv.conf");
        await File.WriteAllTextAsync(file, "# none here\nsearch example\nnameserver 127.0.0.99\noptions ndots:1\n", TestContext.Current.CancellationToken);
        var finding = await RunAsync(NetworkChecks.Of(Patient with { ResolvConf = file }), "resolvers");
        Assert.Equal(("resolver 127.0.0.99", Verdict.Problem), (finding.Check, finding.Verdict));
        await File.WriteAllTextAsync(file, "search example\n", TestContext.Current.CancellationToken);
        Assert.Contains("names none", (await RunAsync(NetworkChecks.Of(Patient with { ResolvConf = file }), "resolvers")).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_targets_that_cannot_be_reached_and_sources_that_are_not_ours_are_told()
    {
        using var open = new TcpListener(IPAddress.Loopback, 0);
        open.Start();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var closed = other.LocalEndpoint;
        other.Stop();
        Patient With(string targets, string points) => Patient with { Config = Config($"control: {{targets: [{targets}]}}\nvantage_points: [{points}]\ncomponents: [{{name: a, kind: infra, probes: [{{tcp: 'a.example:1'}}]}}]\n") };
        Task<Finding> PathAsync(string targets, string points) => RunAsync(NetworkChecks.Of(With(targets, points)), "path a");
        Assert.Equal(Verdict.Ok, (await PathAsync($"'tcp://{open.LocalEndpoint}'", "{name: a}")).Verdict);
        Assert.Equal(Verdict.Warning, (await PathAsync($"'tcp://{open.LocalEndpoint}', 'tcp://{closed}'", "{name: a}")).Verdict);
        var blind = await PathAsync($"'tcp://{closed}'", "{name: a}");
        Assert.Equal(Verdict.Problem, blind.Verdict);
        Assert.Contains("connection_refused", blind.What, StringComparison.Ordinal);
        Assert.Contains("no address of this machine", (await PathAsync($"'tcp://{open.LocalEndpoint}'", "{name: a, source: 192.0.2.77}")).What, StringComparison.Ordinal);
        var proxied = await PathAsync($"'tcp://{open.LocalEndpoint}'", $"{{name: a, proxy: 'http://ops:s3cretpass@{closed}'}}");
        Assert.Equal(Verdict.Problem, proxied.Verdict);
        Assert.DoesNotContain("s3cretpass", proxied.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_writes_to_the_record_is_named_and_the_record_is_read_back()
    {
        Assert.Equal("nothing is on record yet", (await RunAsync(SystemChecks.Of(Patient), "journal")).What);
        await using (await SqliteJournal.OpenAsync(folder, TimeProvider.System, cancellation: TestContext.Current.CancellationToken))
        {
            Assert.Contains($"process {Environment.ProcessId} on ", (await RunAsync(SystemChecks.Of(Patient), "other nines up")).What, StringComparison.Ordinal);
            Assert.Contains("0 facts on record", (await RunAsync(SystemChecks.Of(Patient), "journal")).What, StringComparison.Ordinal);
        }
        Assert.StartsWith("no other one", (await RunAsync(SystemChecks.Of(Patient), "other nines up")).What, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder, "nines.db"), new string('x', 8_192), TestContext.Current.CancellationToken);
        Assert.Equal(Verdict.Problem, (await RunAsync(SystemChecks.Of(Patient), "journal")).Verdict);
    }

    [Fact]
    public async Task A_check_that_hangs_ends_by_its_limit_and_does_not_hold_up_the_others()
    {
        var time = new ManualTimeProvider();
        using var never = new ManualResetEventSlim();
        var hangs = new HealthCheck("hangs", TimeSpan.FromSeconds(5), _ =>
        {
            never.Wait(TestContext.Current.CancellationToken);
            return Task.FromResult<IReadOnlyList<Finding>>([]);
        });
        var fine = HealthCheck.Of("fine", 5, _ => Task.FromResult(new Finding("fine", Verdict.Ok, "")));
        var told = new List<string>();
        var running = Examination.RunAsync([hangs, fine], time, (done, waiting) => told.Add($"{done}:{string.Join(',', waiting)}"), TestContext.Current.CancellationToken);
        while (told.Count == 0) await Task.Yield();
        time.Advance(TimeSpan.FromSeconds(5));
        var found = await running;
        never.Set();
        Assert.Equal(["1:hangs", "2:"], told);
        Assert.Equal([("hangs", Verdict.Problem), ("fine", Verdict.Ok)], found.Select(finding => (finding.Check, finding.Verdict)));
    }

    private static async Task<int> CallAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
