using System.Collections.Immutable;
using Nines.Core.Observations;
using Nines.Probing.Http;
using Nines.Probing.Quotas;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.Tests.Venues;

/// <summary>Against a venue that answers exactly what the test says.</summary>
public sealed class VenueProbeTests
{
    private static readonly ImmutableSortedDictionary<string, TradingStatus> NoWords = ImmutableSortedDictionary<string, TradingStatus>.Empty;

    /// <param name="answers">By path; each a whole HTTP answer. Others are 404.</param>
    private static HostileServer Serve(params (string Path, string Answer)[] answers) => new(async (stream, stop) =>
    {
        while (true)
        {
            var head = await HostileServer.ReadHeadAsync(stream, stop);
            var path = head.Split(' ')[1];
            var answer = answers.FirstOrDefault(known => path.StartsWith(known.Path, StringComparison.Ordinal)).Answer ?? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
            await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(answer), stop);
        }
    });

    private static VenueOptions Options(HostileServer server) => new()
    {
        Url = server.Url(""), Symbol = "ETHUSD", Tripwire = TripwireUse.Off,
        Status = [new StatusSource { Path = "/status", At = "$.word", Words = NoWords }],
        Book = new BookSource { Path = "/book?s={symbol}&n={depth}", Bids = "$.bids", Asks = "$.asks", Sequence = "$.n", Time = "$.t" },
    };

    private static string Book(string bids = """[["10","1"]]""", string asks = """[["11","1"]]""", string more = "") => HostileServer.Ok($$"""{"bids":{{bids}},"asks":{{asks}}{{more}}}""");

    private static string Word(string word) => HostileServer.Ok($$"""{"word":"{{word}}"}""");

    [Theory]
    [InlineData("trading", "trading", "")]
    [InlineData("TRADING", "trading", "")]
    [InlineData("online", "trading", "")]
    [InlineData("BREAK", "halted", "halted")]
    [InlineData("cancel_only", "cancel_only", "cancel_only")]
    [InlineData("post_only", "post_only", "post_only")]
    [InlineData("maintenance", "maintenance", "not maintenance")]
    [InlineData("SPEED_BUMP", "unknown", "else degraded")]
    public async Task What_the_venue_says_of_itself_decides(string word, string status, string broken)
    {
        await using var server = Serve(("/status", Word(word)), ("/book", Book()));
        var definition = Look.WithDefaults("venue", Options(server));
        var sight = await Look.OnceAsync(definition);
        Assert.Equal(status, sight.Value(definition, "trading_status").Text);
        Assert.Equal(word, sight.Value(definition, "venue_word").Text);
        if (broken.Length == 0) Assert.Empty(sight.Broken(definition));
        else Assert.Contains(broken, Assert.Single(sight.Broken(definition)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_of_the_config_comes_before_the_well_known_ones()
    {
        await using var server = Serve(("/status", Word("online")), ("/book", Book()));
        var options = Options(server) with { Status = [new StatusSource { Path = "/status", At = "$.word", Words = NoWords.Add("ONLINE", TradingStatus.Halted) }] };
        var definition = Look.WithDefaults("venue", options);
        Assert.Equal("halted", (await Look.OnceAsync(definition)).Value(definition, "trading_status").Text);
    }

    [Fact]
    public async Task Of_several_places_and_flags_the_worst_counts()
    {
        await using var server = Serve(("/status", HostileServer.Ok("""{"word":"online","cancel_only":true,"post_only":true}""")), ("/system", Word("online")));
        var flags = NoWords.Add("$.post_only", TradingStatus.PostOnly).Add("$.cancel_only", TradingStatus.CancelOnly);
        var options = Options(server) with { Book = null, Status = [new StatusSource { Path = "/system", At = "$.word" }, new StatusSource { Path = "/status", At = "$.word", Flags = flags }] };
        var definition = Look.WithDefaults("venue", options);
        var sight = await Look.OnceAsync(definition);
        Assert.Equal("cancel_only", sight.Value(definition, "trading_status").Text);
        Assert.Equal("$.cancel_only", sight.Value(definition, "venue_word").Text);
        Assert.True(sight.Value(definition, "bids").IsMissing);
    }

    [Theory]
    [InlineData("[]", "[]", "not empty")]
    [InlineData("[]", """[["11","1"]]""", "not one_sided")]
    [InlineData("""[["10","0"]]""", """[["11","1"]]""", "not one_sided")]
    [InlineData("""[["11","1"]]""", """[["11","1"]]""", "not crossed")]
    [InlineData("""[{"price":12.5,"qty":1}]""", """[{"price":12.25,"qty":1e-8}]""", "not crossed")]
    public async Task A_book_that_nobody_can_trade_on_is_told(string bids, string asks, string broken)
    {
        await using var server = Serve(("/status", Word("trading")), ("/book", Book(bids, asks)));
        var definition = Look.WithDefaults("venue", Options(server));
        Assert.Equal([broken], (await Look.OnceAsync(definition)).Broken(definition));
    }

    [Fact]
    public async Task The_best_prices_are_the_best_wherever_they_stand()
    {
        await using var server = Serve(("/status", Word("trading")), ("/book", Book("""[[9,1],["10.0",1,"x"],[8,2]]""", """[["12","1"],["10.5","3"]]""", ""","n":9007199254740993""")));
        var definition = Look.WithDefaults("venue", Options(server));
        var sight = await Look.OnceAsync(definition);
        Assert.Equal((10d, 10.5d), (sight.Value(definition, "best_bid").Number, sight.Value(definition, "best_ask").Number));
        Assert.Equal(0.5 / 10.25, sight.Value(definition, "spread").Number, 12);
        Assert.Equal((3d, 2d), (sight.Value(definition, "bids").Number, sight.Value(definition, "asks").Number));
        Assert.Equal("9007199254740993", sight.Value(definition, "sequence").ToString());
    }

    [Fact]
    public async Task The_age_of_the_book_is_by_the_venues_own_clock()
    {
        var environment = Look.Environment with { Now = () => Instant.FromUtc(2026, 1, 1, 12, 0) };
        // Its clock is an hour ahead; the book changed three seconds ago by that clock.
        await using var server = Serve(("/status", Word("trading")), ("/book", Book(more: ""","t":"2026-01-01T12:59:57.000000Z" """)), ("/time", HostileServer.Ok("""{"now":1767272400000}""")));
        var definition = Look.WithDefaults("venue", Options(server) with { Time = new TimeSource { Path = "/time", At = "$.now" } });
        var sight = await Look.OnceAsync(definition, environment: environment);
        Assert.InRange(sight.Value(definition, "book_age").Number, 2.9, 13);
        Assert.InRange(sight.Value(definition, "clock_skew").Number, 3590, 3600);
        Assert.Equal(["clock_skew < 1s else degraded"], sight.Broken(definition));
    }

    [Fact]
    public async Task A_book_that_does_not_change_between_looks_is_timed()
    {
        var now = Instant.FromUtc(2026, 1, 1, 12, 0);
        await using var server = Serve(("/status", Word("trading")), ("/book", Book()));
        var definition = Look.WithDefaults("venue", Options(server));
        await using var probe = Look.Make(definition, environment: Look.Environment with { Now = () => now });
        Assert.InRange((await Look.OnceAsync(probe, Look.Long)).Value(definition, "book_unchanged").Number, 0, 10);
        now += Duration.FromMinutes(5);
        Assert.InRange((await Look.OnceAsync(probe, Look.Long)).Value(definition, "book_unchanged").Number, 290, 310);
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "http_503")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", "http_302")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n<html>Maintenance!</h", "malformed")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"bids\":[]}", "malformed")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n{\"bids\":[[\"x\",\"1\"]],\"asks\":[] }", "malformed")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 32\r\n\r\n{\"bids\":[[\"-1\",\"1\"]],\"asks\":[] }", "malformed")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"bids\":[]", "answer_truncated")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n{\"error\":[\"EX:y\"]}", "venue_error")]
    public async Task A_venue_that_gives_no_book_is_refused(string answer, string code)
    {
        await using var server = new HostileServer(async (stream, stop) =>
        {
            for (var i = 0; i < 2; i++)
            {
                var head = await HostileServer.ReadHeadAsync(stream, stop);
                await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(head.Contains("/book", StringComparison.Ordinal) ? answer : Word("trading")), stop);
            }
        });
        (await Look.OnceAsync(Look.WithDefaults("venue", Options(server) with { ErrorAt = "$.error[0]" }))).Refusal(code);
    }

    [Fact]
    public async Task An_answer_of_ten_megabytes_is_cut_off()
    {
        await using var server = Serve(("/status", Word("trading")), ("/book", HostileServer.Ok($"{{\"bids\":[{string.Join(',', Enumerable.Repeat("[\"10\",\"1\"]", 1_000_000))}]}}")));
        (await Look.OnceAsync(Look.WithDefaults("venue", Options(server)))).Refusal("answer_too_large");
    }

    [Fact]
    public async Task A_clock_that_cannot_be_read_does_not_take_the_venue_down()
    {
        await using var server = Serve(("/status", Word("trading")), ("/book", Book()), ("/time", HostileServer.Ok("\"noon\"")));
        var definition = Look.WithDefaults("venue", Options(server) with { Time = new TimeSource { Path = "/time", At = "$" } });
        Assert.Equal(["clock_skew < 1s else degraded"], (await Look.OnceAsync(definition)).Broken(definition));
    }

    private static HostileServer Limiting(string headers, string body = "") => Serve(("/", $"HTTP/1.1 429 Too Many Requests\r\nContent-Length: {body.Length}\r\n{headers}\r\n{body}"));

    [Fact]
    public async Task A_refusal_for_the_rate_below_the_declared_quota_is_the_venues()
    {
        await using var server = Limiting("");
        var definition = Look.WithDefaults("venue", Options(server) with { Quota = new Quota(100, Duration.FromMinutes(1)) });
        var sight = await Look.OnceAsync(definition);
        Assert.True(sight.Value(definition, "rate_limited").Flag);
        Assert.Equal("not rate_limited", sight.Broken(definition).First());
    }

    [Fact]
    public async Task A_refusal_for_the_rate_above_the_declared_quota_is_ours_and_slows_us_down()
    {
        var now = Instant.FromUtc(2026, 1, 1, 12, 0);
        await using var server = Limiting("Retry-After: 90\r\n");
        var environment = Look.Environment with { Now = () => now };
        var definition = Look.WithDefaults("venue", Options(server) with { Quota = new Quota(2, Duration.FromMinutes(1)) });
        await using var probe = Look.Make(definition, environment: environment);
        for (var i = 0; i < 2; i++) environment.Requests.Count(new("here"), server.Target.ToString(), environment.Time);   // another probe of the same venue

        (await Look.OnceAsync(probe, Look.Long)).Fault("we made 3 requests, the quota is 2/1m");
        var asked = server.Accepted;
        now += Duration.FromSeconds(89);
        (await Look.OnceAsync(probe, Look.Long)).Fault("we wait 90 s");
        Assert.Equal(asked, server.Accepted);
        now += Duration.FromSeconds(2);
        await Look.OnceAsync(probe, Look.Long);
        Assert.Equal(4, environment.Requests.Within(new("here"), server.Target.ToString(), Duration.FromMinutes(1), environment.Time));
    }

    [Fact]
    public async Task Without_a_quota_a_refusal_for_the_rate_says_nothing_of_the_venue()
    {
        await using var server = Limiting("Retry-After: soon\r\n");
        (await Look.OnceAsync(Look.WithDefaults("venue", Options(server)))).Fault("no quota is declared");
    }

    [Fact]
    public async Task A_venue_that_says_too_many_requests_in_a_200_means_the_same()
    {
        await using var server = Serve(("/", HostileServer.Ok("""{"error":["EAPI:Rate limit exceeded"]}""")));
        (await Look.OnceAsync(Look.WithDefaults("venue", Options(server) with { ErrorAt = "$.error[0]" }))).Fault("EAPI:Rate limit exceeded");
    }

    [Fact]
    public async Task A_venue_that_hangs_times_out()
    {
        await using var server = HostileServer.Hanging("");
        (await Look.OnceAsync(Look.WithDefaults("venue", Options(server), Duration.FromMilliseconds(300)), since: server.Asked)).TimesOutIn("headers");
    }

    [Fact]
    public async Task Answers_of_random_bytes_are_refused_and_nothing_else()
    {
        var random = new Random(11);
        for (var i = 0; i < 60; i++)
        {
            var text = """{"bids":[["10","1"],{"price":1,"qty":2}],"asks":[["11","1e-7"]],"n":12,"t":1767272400,"word":"trading"}""".ToCharArray();
            for (var j = 0; j < 4; j++) text[random.Next(text.Length)] = (char)random.Next(32, 127);
            await using var server = Serve(("/", HostileServer.Ok(new string(text))));
            var sight = await Look.OnceAsync(Look.WithDefaults("venue", Options(server)));
            Assert.True(sight.Outcome is Outcome.Answered or Outcome.Refused, $"{sight.Outcome}");
        }
    }
}
