using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Nines.Probing.Tests.Dns;

/// <summary>A real name server (Debian's bind9) on a free loopback port, in a folder of its own, ended with us.</summary>
internal sealed class Bind : IAsyncDisposable
{
    private readonly Process process;

    private Bind(Process process, int port) => (this.process, Port) = (process, port);

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Why tests with a real name server cannot run here; null when they can.</summary>
    public static string? Missing { get; } =
        Tool("named") is null ? "named is not there: apt-get install --no-install-recommends bind9" : Tool("dnssec-signzone") is null ? "dnssec-signzone is not there: apt-get install bind9-utils" : null;

    public static string? Tool(string name) =>
        new[] { "/usr/sbin", "/usr/bin", "/usr/local/sbin" }.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <param name="folder">Holds the zone files; the server writes its own beside them.</param>
    /// <param name="options">More lines of the options block.</param>
    /// <param name="rest">Zones and whatever else the configuration needs.</param>
    public static async Task<Bind> StartAsync(string folder, string options, string rest)
    {
        // Where AppArmor confines /usr/sbin/named to Debian's own folders, a copy elsewhere is not confined.
        var named = Path.Combine(folder, "named");
        if (!File.Exists(named)) File.Copy(Tool("named")!, named);
        for (var attempt = 1; ; attempt++)
        {
            var port = Ports.Free();
            var state = Directory.CreateDirectory(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"state{port}"))).FullName;
            var config = Path.Combine(state, "named.conf");
            await File.WriteAllTextAsync(config, $$"""
                options {
                  directory "{{state}}"; pid-file none; session-keyfile none;
                  listen-on port {{port}} { 127.0.0.1; }; listen-on-v6 { none; };
                  allow-query { any; }; notify no; minimal-responses no; empty-zones-enable no;
                  {{options}}
                };
                controls { };
                {{rest}}
                """);
            var process = Process.Start(new ProcessStartInfo(named, ["-g", "-n", "1", "-c", config]) { RedirectStandardError = true })!;
            var said = new List<string>();
            while (await process.StandardError.ReadLineAsync() is { } line)
            {
                said.Add(line);
                if (!line.EndsWith(" running", StringComparison.Ordinal)) continue;
                _ = DrainAsync(process);
                var bind = new Bind(process, port);
                if (await bind.TakesConnectionsAsync()) return bind;
                await bind.DisposeAsync();
                said.Add("it does not listen on TCP");
                break;
            }
            // The free port was taken between finding and using it, or, by a connection of somebody's, for TCP alone.
            if (attempt == 5) throw new InvalidOperationException($"named did not start:\n{string.Join('\n', said)}");
        }
    }

    /// <summary>Runs one of BIND's tools to its end, in a folder.</summary>
    public static async Task<string> RunAsync(string folder, string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Tool(tool)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder })!;
        var wrong = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{tool} ended with {process.ExitCode}: {await wrong}");
    }

    /// <summary>Stops the process where it stands: its port takes packets and says nothing.</summary>
    public async Task FreezeAsync()
    {
        Signal(process.Id, 19);
        // A thread that runs just now goes on for a moment.
        await Look.UntilAsync(() => Directory.GetDirectories($"/proc/{process.Id}/task").All(task => File.ReadAllText(Path.Combine(task, "stat")).Split(") ")[^1][0] == 'T'), "the server to stand still");
    }

    public void Thaw() => Signal(process.Id, 18);

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task<bool> TakesConnectionsAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task DrainAsync(Process process)
    {
        while (await process.StandardError.ReadLineAsync() is not null) { }
    }

    private static void Signal(int pid, int signal) => Assert.Equal(0, Kill(pid, signal));

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
