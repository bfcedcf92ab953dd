using System.Net;
using System.Net.Sockets;
using Nines.Core;
using Nines.Core.Observations;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Tests.Paths;

public sealed class NetworkPathTests
{
    /// <summary>A forward proxy that connects where it is told, or answers with the given status instead.</summary>
    internal static HostileServer Proxy(string? refusal = null) => new(async (stream, stop) =>
    {
        var target = (await HostileServer.ReadHeadAsync(stream, stop)).Split(' ')[1];
        if (refusal is not null)
        {
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(refusal), stop);
            return;
        }
        using var onward = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await onward.ConnectAsync(IPEndPoint.Parse(target), stop);
        await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), stop);
        await using var there = new NetworkStream(onward);
        await Task.WhenAny(stream.CopyToAsync(there, stop), there.CopyToAsync(stream, stop));
    });

    private static HostileServer Greeting() => new(async (stream, stop) =>
    {
        await stream.WriteAsync("hello"u8.ToArray(), stop);
        await stream.ReadExactlyAsync(new byte[1], stop);
    });

    [Fact]
    public async Task The_source_address_is_the_one_that_the_target_sees()
    {
        EndPoint? from = null;
        await using var server = new HostileServer((stream, _) => Task.FromResult(from = stream.Socket.RemoteEndPoint));
        var open = Assert.IsType<PathResult.Open>(await Look.Path(source: "127.0.0.9").OpenAsync(server.Target, null, default));
        await using var connection = open.Connection;

        await Look.UntilAsync(() => from is not null, "the server to see the caller");
        Assert.Equal(IPAddress.Parse("127.0.0.9"), ((IPEndPoint)from!).Address);
    }

    [Fact]
    public async Task A_source_address_that_we_do_not_have_is_our_fault()
    {
        await using var server = Greeting();
        var failed = Assert.IsType<PathResult.Failed>(await Look.Path(source: "192.0.2.77").OpenAsync(server.Target, null, default));

        Assert.Equal("address_unavailable", Assert.IsType<PathFailure.Ours>(failed.Failure).Code);
        Assert.IsType<Outcome.ProbeFault>(failed.Failure.ToSight(Look.Long, Redaction.ByShape).Outcome);
    }

    [Fact]
    public async Task A_proxy_is_gone_through_and_its_phases_are_timed()
    {
        await using var server = Greeting();
        await using var proxy = Proxy();
        var open = Assert.IsType<PathResult.Open>(await Look.Path(new Uri($"http://{proxy.Target}")).OpenAsync(server.Target, null, default));
        await using var connection = open.Connection;

        var greeting = new byte[5];
        await connection.Stream.ReadExactlyAsync(greeting);
        Assert.Equal("hello"u8.ToArray(), greeting);
        Assert.NotNull(connection.Timings.Proxy);
        Assert.NotNull(connection.Timings.Connect);
        Assert.Null(connection.Timings.Dns);
        Assert.Equal(1, proxy.Accepted);
    }

    [Theory]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\n\r\n", "proxy_refused", true)]
    [InlineData("HTTP/1.1 504 Gateway Timeout\r\n\r\n", "proxy_refused", true)]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nProxy-Status: edge; error=connection_refused; details=\"x\"\r\n\r\n", "connection_refused", true)]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nproxy-status: edge; error=connection_terminated\r\n\r\n", "reset", true)]
    [InlineData("HTTP/1.1 504 Gateway Timeout\r\nProxy-Status: edge; error=connection_timeout\r\n\r\n", "proxy_refused", true)]
    [InlineData("", "proxy_refused", true)]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "proxy_denied", false)]
    [InlineData("HTTP/1.1 403 Forbidden\r\n\r\n", "proxy_denied", false)]
    [InlineData("220 smtp.example ESMTP\r\n\r\n", "proxy_unreachable", false)]
    public async Task What_a_proxy_says_is_the_targets_or_ours(string answer, string code, bool theirs)
    {
        await using var proxy = Proxy(answer);
        var failed = Assert.IsType<PathResult.Failed>(await Look.Path(new Uri($"http://{proxy.Target}")).OpenAsync(Look.NobodyThere(), null, default));

        var sight = failed.Failure.ToSight(Look.Long, Redaction.ByShape);
        Assert.True(sight.NeedsControl); // theirs: does it count; ours: are we blind
        if (theirs) sight.Refusal(code);
        else Assert.StartsWith(code, Assert.IsType<Outcome.ProbeFault>(sight.Outcome).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_is_away_is_our_fault()
    {
        var failed = Assert.IsType<PathResult.Failed>(await Look.Path(new Uri($"http://{Look.NobodyThere()}")).OpenAsync(Look.NobodyThere(), null, default));
        Assert.Equal("proxy_unreachable", Assert.IsType<PathFailure.Ours>(failed.Failure).Code);
    }

    [Fact]
    public async Task The_next_address_is_tried_when_the_first_refuses()
    {
        await using var server = Greeting();
        var path = new NetworkPath(Look.Path().VantagePoint) { Resolver = _ => Task.FromResult(new[] { IPAddress.Parse("127.0.0.7"), IPAddress.Loopback }) };
        var open = Assert.IsType<PathResult.Open>(await path.OpenAsync(new HostPort("two.example", server.Port), null, default));
        await open.Connection.DisposeAsync();
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused, "connection_refused", false)]
    [InlineData(SocketError.ConnectionReset, "reset", true)]
    [InlineData(SocketError.HostUnreachable, "no_route", true)]
    [InlineData(SocketError.NetworkUnreachable, "network_down", true)]
    public void Socket_errors_have_stable_codes(SocketError error, string code, bool needsControl)
    {
        var sight = PathFailure.Of(error, "x.example:1", Phases.Connect).ToSight(Look.Long, Redaction.ByShape);
        sight.Refusal(code);
        Assert.Equal(needsControl, sight.NeedsControl);
    }

    [Theory]
    [InlineData(SocketError.TooManyOpenSockets, "out_of_descriptors")]
    [InlineData(SocketError.AddressNotAvailable, "address_unavailable")]
    [InlineData(SocketError.AccessDenied, "not_permitted")]
    public void What_is_ours_is_a_probe_fault(SocketError error, string code) =>
        Assert.StartsWith(code, Assert.IsType<Outcome.ProbeFault>(PathFailure.Of(error, "x.example:1", Phases.Connect).ToSight(Look.Long, Redaction.ByShape).Outcome).Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("example.org:443", "example.org", 443)]
    [InlineData("[2001:db8::1]:8545", "2001:db8::1", 8545)]
    public void A_target_is_host_and_port(string text, string host, int port) => Assert.Equal(new HostPort(host, port), HostPort.Parse(text));

    [Theory]
    [InlineData("example.org")]
    [InlineData("example.org:0")]
    [InlineData("example.org:65536")]
    [InlineData("2001:db8::1:443")]
    [InlineData(":443")]
    [InlineData("a b:1")]
    public void What_is_not_host_and_port_is_refused(string text) => Assert.False(HostPort.TryParse(text, out _));
}
