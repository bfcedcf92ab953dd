using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Nines.Bench.Processes;

namespace Nines.Bench.Probing;

/// <summary>nginx on loopback with a port for each target: many hosts as far as a prober can tell. It counts the requests that it gets.</summary>
internal sealed partial class ManyTargets : IAsyncDisposable
{
    /// <summary>Below the ports that systems give to clients, so that no client has one of them already.</summary>
    private const int FirstPort = 12_000, LastPort = 32_000;

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(20) };

    private readonly Child nginx;
    private readonly int first;

    private ManyTargets(Child nginx, int first) => (this.nginx, this.first) = (nginx, first);

    public string UrlOf(int target) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{PortOf(target)}/");

    public int PortOf(int target) => first + 1 + target;

    /// <exception cref="MissingException">nginx is not installed and cannot be, or no ports are free.</exception>
    public static async Task<ManyTargets> StartAsync(string root, string folder, int count)
    {
        if (await DebianPeers.InstalledAsync(root, "nginx-light") is null) throw new MissingException("probing: its targets are ports of nginx, which is not installed and could not be.");
        var first = FreePorts(count + 1);
        var config = Path.Combine(folder, "nginx.conf");
        // Each worker holds all listening ports; several, so that connections find room beside them.
        await File.WriteAllTextAsync(config, string.Create(CultureInfo.InvariantCulture, $$"""
            daemon off;
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/nginx.log error;
            worker_processes 4;
            worker_rlimit_nofile 20000;
            events { worker_connections 19000; }
            http {
                access_log off;
                client_body_temp_path {{folder}};
                proxy_temp_path {{folder}};
                fastcgi_temp_path {{folder}};
                uwsgi_temp_path {{folder}};
                scgi_temp_path {{folder}};
                client_header_timeout 3600s;
                server {
                    listen 127.0.0.1:{{first}};
                    location / { stub_status; }
                }
                server {
                    listen 127.0.0.1:{{first + 1}}-{{first + count}};
                    location / { default_type application/json; return 200 '{"status":"ok"}'; }
                }
            }
            """));
        var targets = new ManyTargets(new Child("nginx", ["-c", config, "-e", Path.Combine(folder, "nginx.log")]), first);
        try
        {
            for (var left = 100; ; left--)
            {
                targets.nginx.RequireRunning();
                try
                {
                    await targets.RequestsAsync();
                    return targets;
                }
                catch (HttpRequestException) when (left > 0)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
                }
            }
        }
        catch
        {
            await targets.DisposeAsync();
            throw;
        }
    }

    /// <summary>Requests that were made of all targets so far (and of the counter itself, one a call).</summary>
    public async Task<long> RequestsAsync() =>
        long.Parse(Counts().Match(await Http.GetStringAsync(new Uri($"http://127.0.0.1:{first}/"))).Groups[1].Value, CultureInfo.InvariantCulture);

    public ValueTask DisposeAsync() => nginx.DisposeAsync();

    private static int FreePorts(int count)
    {
        for (var from = FirstPort; from + count <= LastPort; from++)
        {
            var taken = Enumerable.Range(from, count).FirstOrDefault(port => !IsFree(port));
            if (taken == 0) return from;
            from = taken;
        }
        throw new MissingException($"probing: no {count} free ports in a row between {FirstPort} and {LastPort}.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // "server accepts handled requests\n 3 3 7"
    [GeneratedRegex(@"requests\s+\d+\s+\d+\s+(\d+)")]
    private static partial Regex Counts();
}
