using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Nines.Core.Observations;
using Nines.Probing.Http;
using NodaTime;

namespace Nines.Probing.Tests.Http;

/// <summary>A target can be wrong behind a 200 in many ways; each is a signal that a condition can be put on.</summary>
public sealed class HttpContentTests
{
    private static readonly string Page = "<html><script src=\"/app.js\"></script>Swap tokens</html>";

    private static HostileServer ByMethod(Func<string, string> answer) => new(async (stream, stop) =>
    {
        var method = (await HostileServer.ReadHeadAsync(stream, stop)).Split(' ')[0];
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer(method)), stop);
    });

    [Theory]
    [InlineData("GET", 500)]
    [InlineData("HEAD", 200)]
    public async Task A_server_that_answers_HEAD_and_fails_GET_is_seen_by_the_method_that_users_use(string method, int status)
    {
        await using var server = ByMethod(asked => asked == "HEAD" ? "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" : "HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\nboom");
        var definition = Look.Define("http", new HttpOptions { Url = server.Url(), Method = method });

        Assert.Equal(status, (await Look.OnceAsync(definition)).Value(definition, "status").Number);
        Assert.Equal("GET", new HttpOptions { Url = server.Url() }.Method); // what a probe does unless told otherwise
    }

    [Theory]
    [InlineData("GET", 200)]
    [InlineData("HEAD", 405)]
    public async Task A_server_that_refuses_HEAD_and_answers_GET_is_up_for_who_asks_with_GET(string method, int status)
    {
        await using var server = ByMethod(asked => asked == "HEAD" ? "HTTP/1.1 405 No\r\nAllow: GET\r\nContent-Length: 0\r\n\r\n" : HostileServer.Ok("page"));
        var definition = Look.Define("http", new HttpOptions { Url = server.Url(), Method = method });

        Assert.Equal(status, (await Look.OnceAsync(definition)).Value(definition, "status").Number);
    }

    [Fact]
    public async Task An_answer_to_HEAD_that_states_a_length_and_has_no_body_is_whole()
    {
        await using var server = ByMethod(_ => "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\nX-Node: a\r\n\r\n");
        var definition = Look.Define("http", new HttpOptions { Url = server.Url(), Method = "HEAD" }).With("header(\"x-node\") == \"a\"", "body_bytes == 0 B");

        Assert.Equal([true, true], await Look.VerdictsAsync(definition));
    }

    [Fact]
    public async Task A_body_that_drips_to_its_end_is_slow_by_its_own_signal()
    {
        await using var server = new HostileServer(async (stream, stop) =>
        {
            await HostileServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"u8.ToArray(), stop);
            for (var i = 0; i < 5; i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System, stop);
                await stream.WriteAsync("."u8.ToArray(), stop);
            }
        });
        var definition = Look.Define("http", new HttpOptions { Url = server.Url() }).With("body_time < 100ms else degraded", "body_time < 15s");

        Assert.Equal([false, true], await Look.VerdictsAsync(definition));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_compressed_body_is_looked_at_as_its_readers_see_it(string coding)
    {
        var packed = Pack(coding, Encoding.UTF8.GetBytes(Page));
        await using var server = Answering(coding, packed, packed.Length);
        var definition = Look.Define("http", new HttpOptions { Url = server.Url() })
            .With("body contains \"Swap tokens\"", $"body_bytes == {Page.Length} B", $"body_sha256 == \"{Hash(Page)}\"");

        Assert.Equal([true, true, true], await Look.VerdictsAsync(definition));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_corrupt_compressed_body_is_refused(string coding)
    {
        var packed = Pack(coding, RandomNumberGenerator.GetBytes(4000));
        packed.AsSpan(0, packed.Length / 2).Fill(0xFF);
        await using var server = Answering(coding, packed, packed.Length);

        (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url() }))).Refusal("malformed_answer");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_compressed_body_that_ends_too_early_is_refused_even_when_its_length_is_right(string coding)
    {
        var packed = Pack(coding, RandomNumberGenerator.GetBytes(4000));
        await using var server = Answering(coding, packed[..^500], packed.Length - 500);

        (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url() }))).Refusal("malformed_answer");
    }

    [Theory]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_body_that_unpacks_without_end_is_cut(string coding)
    {
        var packed = Pack(coding, new byte[64 << 20]);
        await using var server = Answering(coding, packed, packed.Length);
        var definition = Look.Define("http", new HttpOptions { Url = server.Url() });

        var sight = await Look.OnceAsync(definition, environment: Look.Environment with { EverySignal = true });

        Assert.True(sight.Value(definition, "body_cut").Flag);
        Assert.True(sight.Value(definition, "body_sha256").IsMissing); // nobody knows what the whole would be
    }

    [Fact]
    public async Task A_hash_that_no_condition_asks_for_is_worked_out_only_where_every_signal_is_shown()
    {
        await using var server = ByMethod(_ => HostileServer.Ok(Page));
        var definition = Look.Define("http", new HttpOptions { Url = server.Url() });

        Assert.True((await Look.OnceAsync(definition)).Value(definition, "body_sha256").IsMissing);
        Assert.Equal(Hash(Page), (await Look.OnceAsync(definition, environment: Look.Environment with { EverySignal = true })).Value(definition, "body_sha256").Text);
    }

    [Fact]
    public async Task A_changed_page_is_another_hash()
    {
        var page = Page;
        await using var server = ByMethod(_ => HostileServer.Ok(page));
        var definition = Look.Define("http", new HttpOptions { Url = server.Url() }).With($"body_sha256 == \"{Hash(Page)}\"");

        Assert.Equal([true], await Look.VerdictsAsync(definition));
        page = Page.Replace("app.js", "app.js?x", StringComparison.Ordinal);
        Assert.Equal([false], await Look.VerdictsAsync(definition));
    }

    [Theory]
    [InlineData("<html><script src=\"/app.js\"></script>Swap tokens</html>", true, true, true)]
    [InlineData("", false, true, false)]
    [InlineData("<html>Something went wrong</html>", true, false, false)]
    [InlineData("<html>Swap tokens</html>", true, true, false)]
    public async Task A_200_that_is_empty_an_error_page_or_without_its_script_breaks_its_own_condition(string body, bool filled, bool noError, bool script)
    {
        await using var server = HostileServer.Answering(HostileServer.Ok(body));
        var definition = Look.Define("http", new HttpOptions { Url = server.Url() })
            .With("body_bytes > 0 B", "not body contains \"went wrong\"", "body contains \"<script src=\\\"/app.js\\\"\"");

        Assert.Equal([filled, noError, script], await Look.VerdictsAsync(definition));
    }

    [Fact]
    public async Task A_redirect_from_one_server_to_itself_beyond_the_limit_says_where_it_was_led()
    {
        var hops = 0;
        await using var server = ByMethod(_ => $"HTTP/1.1 302 Found\r\nLocation: /{++hops}\r\nContent-Length: 0\r\n\r\n");

        var refused = (await Look.OnceAsync(Look.Define("http", new HttpOptions { Url = server.Url(), Redirects = 4 }))).Refusal("too_many_redirects");

        Assert.EndsWith("/5", refused.Message, StringComparison.Ordinal);
        Assert.Equal(5, hops);
    }

    [Fact]
    public async Task The_own_host_header_is_the_one_that_is_sent()
    {
        var head = "";
        await using var server = Recording(text => head = text);
        var options = new HttpOptions { Url = server.Url(), Headers = ImmutableSortedDictionary<string, string>.Empty.Add("Host", "shop.example") };

        Assert.IsType<Outcome.Answered>((await Look.OnceAsync(Look.Define("http", options))).Outcome);
        Assert.Contains("\r\nHost: shop.example\r\n", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_server_behind_a_shared_name_is_asked_by_that_name_without_a_resolver()
    {
        var head = "";
        await using var server = Recording(text => head = text);
        var definition = Look.Define("http", new HttpOptions { Url = new Uri("http://shop.invalid/health"), ConnectTo = server.Target.ToString() });

        var sight = await Look.OnceAsync(definition);

        Assert.True(sight.Value(definition, "dns_time").IsMissing);
        Assert.Contains("\r\nHost: shop.invalid\r\n", head, StringComparison.Ordinal);
        Assert.Equal(server.Target.ToString(), new HttpProbeType().Provider(definition.Options));
    }

    [Fact]
    public async Task A_redirect_away_from_the_url_goes_where_it_says_not_where_the_url_was_sent()
    {
        await using var other = HostileServer.Answering(HostileServer.Ok("other"));
        await using var server = ByMethod(_ => $"HTTP/1.1 302 Found\r\nLocation: {other.Url()}\r\nContent-Length: 0\r\n\r\n");
        var definition = Look.Define("http", new HttpOptions { Url = new Uri("http://shop.invalid/"), ConnectTo = server.Target.ToString() }).With("body contains \"other\"");

        Assert.Equal([true], await Look.VerdictsAsync(definition));
        Assert.Equal((1, 1), (server.Accepted, other.Accepted));
    }

    [Fact]
    public void An_address_to_connect_to_needs_its_port()
    {
        var mistake = Assert.Single(new HttpProbeType().Validate(new HttpOptions { Url = new Uri("https://x.example/"), ConnectTo = "10.0.0.1" }));
        Assert.Equal("connect_to", mistake.Option);
        Assert.Contains("Try ", mistake.Message, StringComparison.Ordinal);
    }

    private static HostileServer Recording(Action<string> record) => new(async (stream, stop) =>
    {
        record(await HostileServer.ReadHeadAsync(stream, stop));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(HostileServer.Ok("ok")), stop);
    });

    private static HostileServer Answering(string coding, byte[] body, int length) =>
        HostileServer.Answering([.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {length}\r\n\r\n"), .. body]);

    private static byte[] Pack(string coding, byte[] content)
    {
        using var packed = new MemoryStream();
        using (Stream packer = coding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            _ => new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true),
        })
            packer.Write(content);
        return packed.ToArray();
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
