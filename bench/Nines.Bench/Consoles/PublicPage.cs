using System.Globalization;
using System.Text.RegularExpressions;
using Nines.Bench.Processes;

namespace Nines.Bench.Consoles;

/// <summary>A public status page on one core: of <c>nines up</c>, or of nginx with the same bytes.</summary>
internal sealed partial class PublicPage : IAsyncDisposable
{
    private readonly Child server;

    private PublicPage(Child server, Uri address) => (this.server, Address) = (server, address);

    public Uri Address { get; }

    public TimeSpan ProcessorTime => server.ProcessorTime;

    /// <summary>Twelve public components in three groups, watched each minute.</summary>
    public static async Task<PublicPage> OfNinesAsync(BenchOptions options, string folder, FlappingTarget target)
    {
        var yaml = new System.Text.StringBuilder("data: ./data\nlisten: off\ncomponents:\n");
        for (var i = 0; i < 12; i++) yaml.Append(CultureInfo.InvariantCulture, $"  - {{name: inner-{i}, kind: dapp, probes: [{{http: '{target.Url}', every: 1m, timeout: 5s}}]}}\n");
        yaml.Append("status_page:\n  name: Example\n  url: https://status.example.org\n  listen: '127.0.0.1:0'\n  groups:\n");
        for (var group = 0; group < 3; group++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"    - id: group-{group}\n      name: Group {group}\n      components:\n");
            for (var i = 0; i < 4; i++) yaml.Append(CultureInfo.InvariantCulture, $"        - {{id: service-{(group * 4) + i}, name: Service {(group * 4) + i}, shows: [inner-{(group * 4) + i}]}}\n");
        }
        var config = Path.Combine(folder, "nines.yaml");
        await File.WriteAllTextAsync(config, yaml.ToString());
        var dll = Path.Combine(options.Root, "src", "Nines.Cli", "bin", "Release", "net10.0", "nines.dll");
        var nines = new Child("taskset", ["-c", "0", "dotnet", dll, "up", "--config", config], _ => { });
        for (var left = 300; ; left--)
        {
            nines.RequireRunning();
            if (Listening().Match(nines.Said) is { Success: true } said) return new PublicPage(nines, new Uri($"http://{said.Groups[1].Value}/"));
            if (left == 0) throw new InvalidOperationException($"The status page did not listen in time: {nines.Said}");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
    }

    /// <summary>The same bytes, as a file and packed beside it.</summary>
    public static async Task<PublicPage> OfNginxAsync(string folder, byte[] plain, byte[] packed)
    {
        var root = Directory.CreateDirectory(Path.Combine(folder, "www")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(root, "index.html"), plain);
        await File.WriteAllBytesAsync(Path.Combine(root, "index.html.gz"), packed);
        var port = Child.FreePort();
        var config = Path.Combine(folder, "nginx.conf");
        // One process, so that its processor time is all there is.
        await File.WriteAllTextAsync(config, string.Create(CultureInfo.InvariantCulture, $$"""
            daemon off;
            master_process off;
            user root;
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/nginx.log error;
            events { worker_connections 1024; }
            http {
                access_log off;
                sendfile on;
                tcp_nopush on;
                open_file_cache max=100;
                keepalive_requests 100000000;
                gzip_static on;
                default_type text/html;
                client_body_temp_path {{folder}};
                proxy_temp_path {{folder}};
                fastcgi_temp_path {{folder}};
                uwsgi_temp_path {{folder}};
                scgi_temp_path {{folder}};
                server { listen 127.0.0.1:{{port}}; root {{root}}; etag on; }
            }
            """));
        var page = new PublicPage(new Child("taskset", ["-c", "0", "nginx", "-c", config, "-e", Path.Combine(folder, "nginx.log")]), new Uri($"http://127.0.0.1:{port}/"));
        using var client = new HttpClient();
        for (var left = 100; ; left--)
        {
            page.server.RequireRunning();
            try
            {
                await client.GetByteArrayAsync(page.Address);
                return page;
            }
            catch (HttpRequestException) when (left > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [GeneratedRegex(@"The status page listens on (\d+\.\d+\.\d+\.\d+:\d+)")]
    private static partial Regex Listening();
}
