using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nines.Core.Observations;
using Nines.Probing.Http;
using HttpProtocol = Nines.Probing.Http.HttpProtocol;
using NodaTime;

namespace Nines.Probing.Tests.Http;

/// <summary>Against Kestrel, which speaks real HTTP/2: over TLS by ALPN, and without TLS by prior knowledge (RFC 9113, section 3.3).</summary>
public sealed class Http2Tests : IDisposable
{
    private readonly Certificates authority = new();

    public void Dispose() => authority.Dispose();

    private static async Task<(WebApplication Server, Uri Url)> StartAsync(HttpProtocols protocols, X509Certificate2? certificate, RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            if (certificate is not null) listen.UseHttps(certificate);
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var server = builder.Build();
        server.Run(answer);
        await server.StartAsync(TestContext.Current.CancellationToken);
        var address = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return (server, new Uri(address));
    }

    private static Task Protocol(HttpContext context) => context.Response.WriteAsync(context.Request.Protocol, TestContext.Current.CancellationToken);

    [Fact]
    public async Task Over_tls_the_protocol_is_agreed_on_in_the_handshake()
    {
        using var certificate = authority.Issue();
        var (server, url) = await StartAsync(HttpProtocols.Http1AndHttp2, certificate, Protocol);
        await using var _ = server;
        foreach (var (protocol, said) in new[] { (HttpProtocol.Http2, "HTTP/2"), (HttpProtocol.Http1, "HTTP/1.1") })
        {
            var definition = Look.Define("http", new HttpOptions { Url = url, CaFile = authority.RootFile, Protocol = protocol }).With($"body contains \"{said}\"", "status == 200");
            Assert.Equal([true, true], await Look.VerdictsAsync(definition));
        }
    }

    [Fact]
    public async Task Without_tls_http2_is_spoken_by_prior_knowledge()
    {
        var (server, url) = await StartAsync(HttpProtocols.Http2, null, Protocol);
        await using var _ = server;
        var definition = Look.Define("http", new HttpOptions { Url = url, Protocol = HttpProtocol.Http2 }).With("body contains \"HTTP/2\"");

        Assert.Equal([true], await Look.VerdictsAsync(definition));
    }

    [Fact]
    public async Task A_server_that_speaks_only_http1_is_refused_for_its_version()
    {
        using var certificate = authority.Issue();
        var (server, url) = await StartAsync(HttpProtocols.Http1, certificate, Protocol);
        await using var _ = server;

        (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = url, CaFile = authority.RootFile, Protocol = HttpProtocol.Http2 }))).Refusal("http_version");
    }

    [Fact]
    public async Task A_stream_that_breaks_off_in_its_body_is_refused()
    {
        var (server, url) = await StartAsync(HttpProtocols.Http2, null, async context =>
        {
            await context.Response.WriteAsync("half of it", TestContext.Current.CancellationToken);
            await context.Response.Body.FlushAsync(TestContext.Current.CancellationToken);
            context.Abort();
        });
        await using var _ = server;

        (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = url, Protocol = HttpProtocol.Http2 }))).Refusal("protocol_error");
    }

    [Theory]
    [InlineData(false, "headers")]
    [InlineData(true, "body")]
    public async Task A_stream_that_hangs_is_a_time_out_in_its_phase(bool begins, string phase)
    {
        var asked = new TaskCompletionSource();
        var (server, url) = await StartAsync(HttpProtocols.Http2, null, async context =>
        {
            if (begins) await context.Response.StartAsync(context.RequestAborted);
            if (begins) await context.Response.Body.FlushAsync(context.RequestAborted);
            asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await using var _ = server;

        (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = url, Protocol = HttpProtocol.Http2 }, Duration.FromMilliseconds(1500)), since: asked.Task)).TimesOutIn(phase);
    }
}
