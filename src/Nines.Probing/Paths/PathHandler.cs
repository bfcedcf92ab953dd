using System.Net;
using System.Net.Sockets;
using NodaTime;

namespace Nines.Probing.Paths;

/// <summary>One look's way through HTTP: what its connections took, and where it is. Written by the connect callback, read by the look.</summary>
internal sealed class Trip(CancellationToken limit)
{
    public CancellationToken Limit { get; } = limit;
    public PathTimings Timings { get; private set; } = new();
    public Instant? CertificateExpires { get; private set; }

    /// <summary>Where it hangs if it hangs now.</summary>
    public string Phase { get; set; } = Phases.Headers;

    public void Add(PathTimings more, Instant? certificateExpires)
    {
        Timings = new PathTimings
        {
            Dns = Sum(Timings.Dns, more.Dns),
            Proxy = Sum(Timings.Proxy, more.Proxy),
            Connect = Sum(Timings.Connect, more.Connect),
            Tls = Sum(Timings.Tls, more.Tls),
        };
        CertificateExpires = certificateExpires ?? CertificateExpires;
        Phase = Phases.Headers;
    }

    private static Duration? Sum(Duration? a, Duration? b) => a is null ? b : b is null ? a : a + b;
}

/// <summary>Another address for one host and port, like an entry in a hosts file: the name in requests and in TLS stays.</summary>
internal sealed record Detour(HostPort From, HostPort To);

/// <summary>The framework's HTTP stack, put onto a vantage point's path.</summary>
internal static class PathHandler
{
    /// <param name="path">Opens the connections.</param>
    /// <param name="tls">How to secure them where the URL asks for it.</param>
    /// <param name="trip">The look that connections are opened for.</param>
    /// <param name="detour">Where connections to one host go instead; null for nowhere else.</param>
    public static SocketsHttpHandler Create(NetworkPath path, TlsRequest tls, Func<Trip> trip, Detour? detour = null) => new()
    {
        ConnectCallback = async (context, cancellation) =>
        {
            var current = trip();
            // The handler goes on connecting after its request was given up; the look's own limit ends that too.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, current.Limit);
            var target = new HostPort(context.DnsEndPoint.Host.Trim('[', ']'), context.DnsEndPoint.Port);
            return (await ConnectAsync(path, IsSecure(context.InitialRequestMessage) ? tls : null, current, target, detour, limit.Token).ConfigureAwait(false)).Stream;
        },
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        UseCookies = false,
        UseProxy = false,
        MaxResponseHeadersLength = 64,
        MaxResponseDrainSize = 0,
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };
    /// <summary>HTTP/1.1 with a connection for each request, which ends with its answer.</summary>
    public static HttpMessageHandler CreateSingleUse(NetworkPath path, TlsRequest tls, Func<Trip> trip, Detour? detour = null) =>
        new SingleUseHandler((request, cancellation) =>
            ConnectAsync(path, IsSecure(request) ? tls : null, trip(), HostPort.Of(request.RequestUri!), detour, cancellation));

    private static bool IsSecure(HttpRequestMessage request) =>
        request.RequestUri!.Scheme is var scheme && (scheme == Uri.UriSchemeHttps || scheme == Uri.UriSchemeWss);

    /// <exception cref="PathException">There is no connection to be had.</exception>
    private static async ValueTask<Connection> ConnectAsync(NetworkPath path, TlsRequest? tls, Trip current, HostPort target, Detour? detour, CancellationToken limit)
    {
        var security = tls is null ? null : tls with { ServerName = tls.ServerName ?? target.Host };
        if (detour is not null && target == detour.From) target = detour.To;
        switch (await path.OpenAsync(target, security, limit, phase => current.Phase = phase).ConfigureAwait(false))
        {
            case PathResult.Open open:
                current.Add(open.Connection.Timings, open.Connection.CertificateExpires);
                return open.Connection;
            case PathResult.Failed failed:
                throw new PathException(failed.Failure);
            default:
                throw new InvalidOperationException("PathResult is a closed hierarchy.");
        }
    }
}
