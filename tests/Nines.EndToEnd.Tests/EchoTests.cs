using System.Diagnostics;

namespace Nines.EndToEnd.Tests;

/// <summary>What ICMP a process may send depends on the system: each case is set up in a network of its own, which nobody else sees.</summary>
public sealed class EchoTests
{
    private const string Unprivileged = "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all ";
    private const string Anybody = "echo '0 2147483647' > /proc/sys/net/ipv4/ping_group_range; ";
    private const string Nobody = "echo '1 0' > /proc/sys/net/ipv4/ping_group_range; ";

    [Theory]
    [InlineData(Anybody, Unprivileged, "", "method = datagram", 0)]
    [InlineData(Nobody, "", "", "method = raw", 0)]
    [InlineData(Nobody, Unprivileged, "", "our own fault: this process may not send ICMP echos. Allow it for everybody with: sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"", 1)]
    [InlineData(Nobody, Unprivileged, "fallback_port: 9", "method = tcp", 0)]
    [InlineData(Anybody + "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all; ", Unprivileged, "fallback_port: 9", "timed_out: nothing within 1 s, hung in echo", 1)]
    public async Task Echos_go_by_the_way_that_is_permitted_and_silence_is_a_time_out(string setup, string user, string option, string says, int exit)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "networks of one's own are Linux's");
        var folder = Directory.CreateTempSubdirectory("nines-echo-").FullName;
        try
        {
            var config = Path.Combine(folder, "nines.yaml");
            await File.WriteAllTextAsync(config, $$"""
                components:
                  - name: host
                    kind: infra
                    probes: [{icmp: 127.0.0.1, timeout: {{(says.StartsWith("timed_out", StringComparison.Ordinal) ? "1s" : "30s")}}, {{option}}}]
                """);
            var (trial, why) = await RunAsync("unshare", "--net", "sh", "-c", $"chmod o+rx {folder} && ip link set lo up && {Anybody}{Unprivileged}test -r {Nines}");
            Assert.SkipWhen(trial != 0, $"no network of our own, or no other user, can be had here: {why}");

            var (code, said) = await RunAsync("unshare", "--net", "sh", "-c", $"ip link set lo up; {setup}HOME={folder} DOTNET_CLI_HOME={folder} NO_COLOR=1 exec {user}dotnet {Nines} probe host -c {config}");
            Assert.Contains(says, said, StringComparison.Ordinal);
            Assert.Equal(exit, code);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Nines => Path.Combine(AppContext.BaseDirectory, "nines.dll");

    private static async Task<(int Exit, string Said)> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var wrong = process.StandardError.ReadToEndAsync();
            var said = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, said + await wrong);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (127, e.Message);
        }
    }
}
