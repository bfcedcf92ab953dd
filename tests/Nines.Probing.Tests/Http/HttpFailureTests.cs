using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;
using Nines.Core.Observations;
using Nines.Probing.Http;
using NodaTime;

namespace Nines.Probing.Tests.Http;

public sealed class HttpFailureTests
{
    private static readonly Duration Short = Duration.FromMilliseconds(500);

    [Fact]
    public async Task A_refused_connection_is_the_targets_word()
    {
        var nobody = Look.NobodyThere();
        var sight = await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = new Uri($"http://{nobody}/") }));

        sight.Refusal("connection_refused");
        Assert.False(sight.NeedsControl);
    }

    [Fact]
    public async Task Silence_after_the_request_is_a_time_out_in_headers()
    {
        await using var server = HostileServer.Hanging("");
        (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url() }, Short), since: server.Asked)).TimesOutIn("headers");
    }

    [Fact]
    public async Task Headers_that_drip_are_a_time_out_in_headers()
    {
        await using var server = HostileServer.Hanging("HTTP/1.1 200 OK\r\nX-Slow: ");
        (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url() }, Short), since: server.Asked)).TimesOutIn("headers");
    }

    [Fact]
    public async Task A_body_that_drips_beyond_the_limit_is_a_time_out_in_body()
    {
        await using var server = new HostileServer(async (stream, stop) =>
        {
            await HostileServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"u8.ToArray(), stop);
            while (true)
            {
                await stream.WriteAsync("."u8.ToArray(), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop);
            }
        });
        (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url() }, Duration.FromSeconds(2)), since: server.Asked)).TimesOutIn("body");
    }

    [Fact]
    public async Task A_stalled_handshake_is_a_time_out_in_tls()
    {
        await using var server = new HostileServer((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url(scheme: "https") }, Short), since: server.Asked)).TimesOutIn("tls");
    }

    [Fact]
    public async Task A_blackhole_is_a_time_out_in_connect()
    {
        // A full accept queue drops the handshake, as a firewall that says nothing would.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen(0);
        var fill = Enumerable.Range(0, 4).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToList();
        foreach (var socket in fill) _ = socket.ConnectAsync(listener.LocalEndPoint!);
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);

        var sight = await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = new Uri($"http://{listener.LocalEndPoint}/") }, Short));

        sight.TimesOutIn("connect");
        foreach (var socket in fill) socket.Dispose();
    }

    [Fact]
    public async Task A_silent_resolver_is_a_time_out_in_dns_that_only_control_names_can_judge()
    {
        var path = new NetworkPath(Look.Path().VantagePoint) { Resolver = _ => new TaskCompletionSource<System.Net.IPAddress[]>().Task };
        var sight = await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = new Uri("http://shop.example/") }, Short), path);

        sight.TimesOutIn("dns");
        Assert.True(sight.Resolving);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, "dns_not_found")]
    [InlineData(SocketError.TryAgain, "dns_failed")]
    public async Task A_name_that_cannot_be_resolved_says_why(SocketError error, string code)
    {
        var path = new NetworkPath(Look.Path().VantagePoint) { Resolver = _ => Task.FromException<System.Net.IPAddress[]>(new SocketException((int)error)) };
        var sight = await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = new Uri("http://shop.example/") }), path);

        sight.Refusal(code);
        Assert.True(sight is { NeedsControl: true, Resolving: true });
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", "answer_truncated")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "answer_truncated")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\nhello", "malformed_answer")]
    [InlineData("HTTP/1.1 200", "answer_truncated")]
    [InlineData("", "answer_truncated")]
    [InlineData("SSH-2.0-OpenSSH_9.2p1\r\n\r\n", "malformed_answer")]
    [InlineData("HTTP/1.1 999999 Fine\r\n\r\n", "malformed_answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain", "malformed_answer")]
    public async Task A_broken_answer_is_refused_with_its_kind(string answer, string code)
    {
        await using var server = HostileServer.Answering(answer);
        (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url() }))).Refusal(code);
    }

    [Fact]
    public async Task Headers_beyond_the_limit_are_refused()
    {
        await using var server = HostileServer.Answering($"HTTP/1.1 200 OK\r\nX-Big: {new string('a', 200_000)}\r\n\r\n");
        (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url() }))).Refusal("answer_too_large");
    }

    [Fact]
    public async Task A_reset_in_the_body_needs_a_control_check()
    {
        await using var server = new HostileServer(async (stream, stop) =>
        {
            await HostileServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nab"u8.ToArray(), stop);
            await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System, stop);
            stream.Socket.LingerState = new LingerOption(true, 0);
            stream.Socket.Close(); // before the stream could say goodbye
        });
        var sight = await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url() }));

        sight.Refusal("reset");
        Assert.True(sight.NeedsControl);
    }

    [Fact]
    public async Task Redirects_are_followed_counted_and_bounded()
    {
        await using var server = Redirecting(path => path switch { "/a" => "/b", "/b" => "c", _ => null });
        var definition = Look.Define("http", new HttpOptions { Url = server.Url("/a") });
        var sight = await Look.OnceAsync(definition);
        Assert.Equal((200, 2), (sight.Value(definition, "status").Number, sight.Value(definition, "redirects").Number));

        (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url("/a"), Redirects = 1 }))).Refusal("too_many_redirects");

        definition = Look.Define("http", new HttpOptions { Url = server.Url("/a"), Redirects = 0 });
        Assert.Equal(302, (await Look.OnceAsync(definition)).Value(definition, "status").Number);
    }

    [Fact]
    public async Task A_redirect_that_leads_back_is_a_loop()
    {
        await using var server = Redirecting(path => path == "/a" ? "/b" : "/a");
        (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url("/a") }))).Refusal("redirect_loop");
    }

    [Theory]
    [InlineData("http://[::1")]
    [InlineData("http://a..b/")]
    [InlineData("http://xn--a.example:99999/")]
    [InlineData("http://xn--\u00e9\u0080.invalid/")]
    [InlineData("//")]
    [InlineData("javascript:alert(1)")]
    [InlineData("file:///etc/passwd")]
    public async Task A_redirect_to_nonsense_is_an_outcome(string location)
    {
        await using var server = Redirecting(_ => location);
        var outcome = (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url("/a") }))).Outcome;
        Assert.True(outcome is Outcome.Answered or Outcome.Refused, $"{outcome}");
    }

    [Fact]
    public async Task Headers_do_not_follow_a_redirect_to_another_origin()
    {
        var head = "";
        await using var other = new HostileServer(async (stream, stop) =>
        {
            head = await HostileServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(HostileServer.Ok("ok")), stop);
        });
        await using var server = Redirecting(_ => other.Url("/there").ToString());
        var options = new HttpOptions { Url = server.Url("/a"), Headers = ImmutableSortedDictionary<string, string>.Empty.Add("Authorization", "Bearer 1234567890") };

        Assert.IsType<Outcome.Answered>((await Look.OnceAsync(Look.Define("http", options))).Outcome);
        Assert.StartsWith("GET /there", head, StringComparison.Ordinal);
        Assert.DoesNotContain("1234567890", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_in_urls_and_headers_never_reach_an_outcome()
    {
        const string key = "0123456789abcdef0123456789abcdef";
        await using var server = Redirecting(path => $"/v3/{key}/again?apikey=hunter2&x={path.Length}");
        var options = new HttpOptions
        {
            Url = server.Url($"/v3/{key}?token=hunter2"),
            Headers = ImmutableSortedDictionary<string, string>.Empty.Add("X-Key", "again"),
            Redirects = 1,
        };

        var refused = (await Look.OnceAsync(Look.Define("http", options))).Refusal("too_many_redirects");

        Assert.DoesNotContain(key, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("again", refused.Message, StringComparison.Ordinal);
    }

    private static HostileServer Redirecting(Func<string, string?> next) => new(async (stream, stop) =>
    {
        var path = (await HostileServer.ReadHeadAsync(stream, stop)).Split(' ')[1];
        var answer = next(path) is { } location ? $"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n" : HostileServer.Ok("there");
        await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop);
    });
}
