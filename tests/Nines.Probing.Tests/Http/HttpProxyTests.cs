using System.Net;
using System.Net.Sockets;
using System.Text;
using Nines.Core.Observations;
using Nines.Probing.Http;
using NodaTime;

namespace Nines.Probing.Tests.Http;

/// <summary>Vantage points behind a forward proxy: HTTPS goes through a CONNECT tunnel, and whatever ails the proxy is our fault.</summary>
public sealed class HttpProxyTests : IDisposable
{
    private readonly Certificates authority = new();

    public void Dispose() => authority.Dispose();

    /// <summary>A proxy for whoever knows the password; told what each caller sent.</summary>
    private static HostileServer Guarded(string user, string password, List<string> heads) => new(async (stream, stop) =>
    {
        var head = await HostileServer.ReadHeadAsync(stream, stop);
        lock (heads) heads.Add(head);
        var expected = $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}\r\n";
        if (!head.Contains(expected, StringComparison.Ordinal))
        {
            await stream.WriteAsync("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
            return;
        }
        using var onward = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await onward.ConnectAsync(IPEndPoint.Parse(head.Split(' ')[1]), stop);
        await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), stop);
        await using var there = new NetworkStream(onward);
        await Task.WhenAny(stream.CopyToAsync(there, stop), there.CopyToAsync(stream, stop));
    });

    [Fact]
    public async Task Https_goes_through_the_tunnel_with_the_proxys_credentials_which_the_target_never_sees()
    {
        using var certificate = authority.Issue();
        await using var server = Certificates.Serve(certificate);
        var heads = new List<string>();
        await using var proxy = Guarded("watch", "p@ss:word", heads);
        var path = Look.Path(new Uri($"http://watch:p%40ss%3Aword@127.0.0.1:{proxy.Port}"));
        var definition = Look.Define("http", new HttpOptions { Url = server.Url(scheme: "https"), CaFile = authority.RootFile });

        Assert.Equal(200, (await Look.OnceAsync(definition, path)).Value(definition, "status").Number);
        Assert.StartsWith($"CONNECT 127.0.0.1:{server.Port} HTTP/1.1\r\n", Assert.Single(heads), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("watch:hunter2-wrong@")]
    public async Task A_proxy_that_does_not_let_us_in_is_our_fault_and_its_password_is_not_told(string userInfo)
    {
        await using var server = HostileServer.Answering(HostileServer.Ok("ok"));
        await using var proxy = Guarded("watch", "right", []);
        var path = Look.Path(new Uri($"http://{userInfo}127.0.0.1:{proxy.Port}"));

        var fault = Assert.IsType<Outcome.ProbeFault>((await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url() }), path)).Outcome);

        Assert.StartsWith("proxy_denied", fault.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault.Reason, StringComparison.Ordinal);
        Assert.Equal(0, server.Accepted);
    }

    [Fact]
    public async Task A_proxy_that_says_nothing_is_our_fault_until_it_has_our_request_and_the_targets_after()
    {
        await using var silent = new HostileServer((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        var sight = await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = new Uri("https://shop.invalid/") }, Duration.FromSeconds(1)), Look.Path(silent.Url()));

        sight.TimesOutIn("connect"); // and a control check through the same proxy tells whose it is
    }
}
