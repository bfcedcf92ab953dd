using System.Collections.Immutable;
using System.Text;
using Nines.Core.Observations;
using Nines.Probing.Http;
using NodaTime;

namespace Nines.Probing.Tests.Http;

public sealed class HttpAnswerTests
{
    [Fact]
    public async Task An_answer_gives_its_status_times_and_size()
    {
        await using var server = HostileServer.Answering(HostileServer.Ok("all is ok"));
        var definition = Look.Define("http", new HttpOptions { Url = server.Url("/health") });

        var sight = await Look.OnceAsync(definition);

        Assert.Equal(200, sight.Value(definition, "status").Number);
        Assert.Equal(9, sight.Value(definition, "body_bytes").Number);
        Assert.False(sight.Value(definition, "body_cut").Flag);
        Assert.True(sight.Value(definition, "connect_time").Number > 0);
        Assert.True(sight.Value(definition, "dns_time").IsMissing); // an address needs no resolver
        Assert.True(sight.Value(definition, "tls_time").IsMissing);
        Assert.Equal(0, sight.Value(definition, "redirects").Number);
        var parts = sight.Value(definition, "connect_time").Number + sight.Value(definition, "first_byte").Number + sight.Value(definition, "body_time").Number;
        Assert.True(parts <= sight.Value(definition, "round_trip").Number);
    }

    [Fact]
    public async Task A_name_is_resolved_and_its_time_reported()
    {
        await using var server = HostileServer.Answering(HostileServer.Ok("ok"));
        var definition = Look.Define("http", new HttpOptions { Url = new Uri($"http://localhost:{server.Port}/") });

        Assert.True((await Look.OnceAsync(definition)).Value(definition, "dns_time").Number > 0);
    }

    [Theory]
    [InlineData("body", "contains", "ok", true)]
    [InlineData("body", "contains", "OK", false)]
    [InlineData("body", "matches", @"h\w+ght"":\s*12", true)]
    [InlineData("body", "matches", @"(?=x)y", false)]
    public async Task Conditions_on_the_body_are_flags(string signal, string test, string argument, bool expected)
    {
        await using var server = HostileServer.Answering(HostileServer.Ok("""{"state": "ok", "height": 12}"""));
        var definition = Look.Define("http", new HttpOptions { Url = server.Url() }, null, (signal, test, argument));

        Assert.Equal(SignalValue.Of(expected), (await Look.OnceAsync(definition)).Value(definition, "body"));
    }

    [Fact]
    public async Task Arguments_are_filled_in_the_order_of_the_schema()
    {
        await using var server = HostileServer.Answering(HostileServer.Ok("""{"a":{"b":[7]},"t":"x"}""", "X-Node: geth\r\n"));
        var definition = Look.Define("http", new HttpOptions { Url = server.Url() }, null,
            ("json", "path", "$.a.b[0]"), ("header", "name", "x-node"), ("json", "path", "$.t"), ("header", "name", "x-none"));

        var sight = await Look.OnceAsync(definition);

        Assert.Equal([SignalValue.Of(7d), SignalValue.Of("geth"), SignalValue.Of("x"), SignalValue.Missing], sight.Signals[^4..]);
    }

    [Theory]
    [InlineData("charset=utf-16", new byte[] { 0xE9, 0x00 }, "é")]
    [InlineData("charset=iso-8859-1", new byte[] { 0xE9 }, "é")]
    [InlineData("charset=\"nonsense\"", new byte[] { 0xC3, 0xA9 }, "é")]
    [InlineData("charset=utf-7", new byte[] { 0xC3, 0xA9 }, "é")]
    [InlineData("charset=iso-8859-1", new byte[] { 0xEF, 0xBB, 0xBF, 0xC3, 0xA9 }, "é")]
    [InlineData("charset=utf-8", new byte[] { 0xFF, 0xC3, 0xA9 }, "\uFFFDé")]
    public async Task The_charset_decides_and_never_throws(string charset, byte[] body, string expected)
    {
        byte[] answer = [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/html; {charset}\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
        await using var server = HostileServer.Answering(answer);
        var definition = Look.Define("http", new HttpOptions { Url = server.Url() }, null, ("body", "contains", expected));

        Assert.True((await Look.OnceAsync(definition)).Value(definition, "body").Flag);
    }

    [Fact]
    public async Task An_endless_body_is_cut_at_the_limit()
    {
        await using var server = new HostileServer(async (stream, stop) =>
        {
            await HostileServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
            while (true) await stream.WriteAsync(new byte[1 << 16], stop);
        });
        var definition = Look.Define("http", new HttpOptions { Url = server.Url() });

        Assert.True((await Look.OnceAsync(definition)).Value(definition, "body_cut").Flag);
    }

    [Fact]
    public async Task Json_nested_a_hundred_thousand_deep_is_missing_not_fatal()
    {
        await using var server = HostileServer.Answering(HostileServer.Ok(new string('[', 100_000)));
        var definition = Look.Define("http", new HttpOptions { Url = server.Url() }, null, ("json", "path", "$[0]"));

        Assert.True((await Look.OnceAsync(definition)).Value(definition, "json").IsMissing);
    }

    [Fact]
    public async Task The_request_carries_the_user_agent_headers_and_body()
    {
        var head = "";
        await using var server = new HostileServer(async (stream, stop) =>
        {
            head = await HostileServer.ReadHeadAsync(stream, stop);
            var body = new byte[4];
            await stream.ReadExactlyAsync(body, stop);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(HostileServer.Ok(Encoding.ASCII.GetString(body))), stop);
        });
        var options = new HttpOptions
        {
            Url = server.Url("/rpc"),
            Method = "POST",
            Body = "ping",
            Headers = ImmutableSortedDictionary<string, string>.Empty.Add("Content-Type", "application/json").Add("X-Api-Key", "abcdef"),
        };
        var definition = Look.Define("http", options, null, ("body", "contains", "ping"));

        Assert.True((await Look.OnceAsync(definition)).Value(definition, "body").Flag);
        Assert.StartsWith("POST /rpc HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("User-Agent: nines/", head, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json\r\n", head, StringComparison.Ordinal);
        Assert.Contains("X-Api-Key: abcdef", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_look_makes_its_own_connection_unless_reuse_is_asked_for()
    {
        await using var server = new HostileServer(async (stream, stop) =>
        {
            while (true)
            {
                await HostileServer.ReadHeadAsync(stream, stop);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(HostileServer.Ok("ok")), stop);
            }
        });
        foreach (var (reuse, expected) in new[] { (false, 3), (true, 4) })
        {
            var definition = Look.Define("http", new HttpOptions { Url = server.Url(), Reuse = reuse });
            await using var probe = Look.Make(definition);
            for (var i = 0; i < 3; i++)
            {
                var sight = await Look.OnceAsync(probe, Look.Long);
                Assert.Equal(reuse && i > 0, sight.Value(definition, "connect_time").IsMissing);
            }
            Assert.Equal(expected, server.Accepted);
        }
    }

    [Fact]
    public async Task Without_the_root_a_certificate_is_untrusted_and_with_it_its_expiry_is_known()
    {
        using var authority = new Certificates();
        using var certificate = authority.Issue(toDays: 30);
        await using var server = Certificates.Serve(certificate);

        (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url(scheme: "https") }))).Refusal("tls_untrusted");

        var definition = Look.Define("http", new HttpOptions { Url = server.Url(scheme: "https"), CaFile = authority.RootFile });
        var sight = await Look.OnceAsync(definition);
        Assert.InRange(sight.Value(definition, "cert_expires_in").Number / 86400, 29.9, 30);
        Assert.True(sight.Value(definition, "tls_time").Number > 0);
    }

    [Theory]
    [InlineData("127.0.0.1", -60, -1, "tls_expired")]
    [InlineData("127.0.0.1", 1, 60, "tls_not_yet_valid")]
    [InlineData("elsewhere.example", -1, 60, "tls_wrong_name")]
    public async Task A_bad_certificate_says_what_is_bad(string name, int from, int to, string code)
    {
        using var authority = new Certificates();
        using var certificate = authority.Issue(name, from, to);
        await using var server = Certificates.Serve(certificate);

        var sight = await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url(scheme: "https"), CaFile = authority.RootFile }));

        sight.Refusal(code);
        Assert.False(sight.NeedsControl); // the target did answer
    }

    [Fact]
    public void Mistakes_in_options_and_arguments_are_named()
    {
        var type = new HttpProbeType();
        var options = new HttpOptions { Url = new Uri("ftp://x.example/"), Method = "BREW", CaFile = "/nowhere/ca.pem",
            Headers = ImmutableSortedDictionary<string, string>.Empty.Add("bad name", "v").Add("X-Ok", "top-secret\r\nvalue") };

        var mistakes = type.Validate(options).ToList();

        Assert.Equal(["http", "method", "headers", "headers", "ca_file"], mistakes.Select(mistake => mistake.Option));
        Assert.DoesNotContain(mistakes, mistake => mistake.Message.Contains("top-secret", StringComparison.Ordinal));
        Assert.Empty(type.Validate(new HttpOptions { Url = new Uri("https://x.example/") }));
        Assert.Single(type.Validate(new HttpOptions { Url = new Uri("https://x.example/"), Body = "b" }));
        var body = type.Signals.Single(signal => signal.Name == "body");
        var json = type.Signals.Single(signal => signal.Name == "json");
        Assert.NotNull(type.MistakeIn(new SignalRef(body, "matches", "(")));
        Assert.Null(type.MistakeIn(new SignalRef(body, "matches", "(a|b)+")));
        Assert.NotNull(type.MistakeIn(new SignalRef(json, "path", "result")));
        Assert.Null(type.MistakeIn(new SignalRef(json, "path", "$.result")));
    }
}
