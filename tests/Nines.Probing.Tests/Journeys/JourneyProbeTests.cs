using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nines.Core.Observations;
using Nines.Probing.Journeys;
using NodaTime;

namespace Nines.Probing.Tests.Journeys;

public sealed class JourneyProbeTests
{
    private const string Password = "corr3ct-h0rse";
    private const string Token = "t0ken-of-the-session-4711";

    private sealed record Request(string Method, string Path, string Head, string Body);

    /// <summary>A server that keeps connections and answers request after request.</summary>
    private static HostileServer Serving(Func<Request, string> answer) => new(async (stream, stop) =>
    {
        while (true)
        {
            var head = await HostileServer.ReadHeadAsync(stream, stop);
            var length = head.Split("Content-Length: ") is [_, var rest] ? int.Parse(rest.Split('\r')[0], CultureInfo.InvariantCulture) : 0;
            var body = new byte[length];
            await stream.ReadExactlyAsync(body, stop);
            var words = head.Split(' ');
            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer(new Request(words[0], words[1], head, Encoding.UTF8.GetString(body)))), stop);
        }
    });

    private static string Redirect(string to, string headers = "") => $"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n{headers}\r\n";
    private static string Status(int status) => $"HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n";

    /// <summary>A shop: logging in with a form sets a cookie and redirects; its page gives a token; an order needs both.</summary>
    private static string Shop(Request asked) => (asked.Method, asked.Path) switch
    {
        ("POST", "/login") => asked.Body == $"action=login&password={Password}" ? Redirect("/home", "Set-Cookie: session=abc123; Path=/\r\n") : Status(403),
        ("GET", "/home") when asked.Head.Contains("Cookie: session=abc123", StringComparison.Ordinal) => HostileServer.Ok($$"""{"token":"{{Token}}","cart":{"id":77} }"""),
        ("POST", "/cart/77/order") when asked.Head.Contains($"X-Token: {Token}\r\n", StringComparison.Ordinal) && asked.Body == $$"""{"token":"{{Token}}","amount":2}""" =>
            "HTTP/1.1 201 Created\r\nContent-Length: 13\r\n\r\norder=9; done",
        ("GET", "/orders/9") => HostileServer.Ok("""{"state":"accepted"}"""),
        _ => Status(404),
    };

    private static JourneyOptions Checkout(HostileServer server) => new()
    {
        Title = "checkout",
        Secrets = Map(("password", Password)),
        Steps =
        [
            new JourneyStep { Name = "login", Url = $"{server.Url()}login", Form = Map(("action", "login"), ("password", "{{password}}")), Capture = Map(("token", "json($.token)"), ("cart", "json($.cart.id)")) },
            new JourneyStep
            {
                Name = "order", Url = $"{server.Url()}cart/{{{{cart}}}}/order", Headers = Map(("X-Token", "{{token}}")),
                Json = """{"token":"{{token}}","amount":2}""", Expect = ["status == 201", "body contains \"done\""], Capture = Map(("order", "body matches \"order=([0-9]+);\"")),
            },
            new JourneyStep { Name = "look", Url = $"{server.Url()}orders/{{{{order}}}}", Expect = ["json($.state) == \"accepted\""] },
        ],
    };

    private static ImmutableSortedDictionary<string, string> Map(params (string Name, string Value)[] pairs) => pairs.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value);

    [Fact]
    public async Task A_journey_logs_in_keeps_its_cookie_and_uses_what_it_was_given()
    {
        await using var server = Serving(Shop);
        var definition = Look.Define("journey", Checkout(server)).With("passed", "steps_passed == 3", "step == \"\"", "step_time(\"login\") < 10s", "step_time(\"look\") < 10s", "round_trip < 15s");

        Assert.All(await Look.VerdictsAsync(definition), Assert.True);
        Assert.Equal(1, server.Accepted); // as a browser, on one connection
        var sight = await Look.OnceAsync(definition);
        var times = sight.Signals[^2].Number + sight.Signals[^1].Number;
        Assert.InRange(times, double.Epsilon, sight.Value(definition, "round_trip").Number);
    }

    [Fact]
    public async Task Each_look_begins_without_the_cookies_of_the_one_before()
    {
        var logins = 0;
        await using var server = Serving(asked => asked.Head.Contains("Cookie:", StringComparison.Ordinal) ? HostileServer.Ok("known") : HostileServer.Ok("new", $"Set-Cookie: seen={++logins}; Path=/\r\n"));
        var options = new JourneyOptions
        {
            Title = "visit",
            Steps = [new JourneyStep { Name = "first", Url = server.Url().ToString(), Expect = ["body contains \"new\""] }, new JourneyStep { Name = "second", Url = server.Url().ToString(), Expect = ["body contains \"known\""] }],
        };
        await using var probe = Look.Make(Look.Define("journey", options).With("passed"));
        for (var i = 0; i < 2; i++) Assert.True((await Look.OnceAsync(probe, Look.Long)).Signals[1].Flag);

        Assert.Equal(2, logins);
    }

    [Fact]
    public async Task A_step_that_fails_is_named_with_its_condition_and_nothing_that_was_captured()
    {
        await using var server = Serving(asked => asked.Path.StartsWith("/orders", StringComparison.Ordinal) ? HostileServer.Ok($$"""{"state":"lost {{Token}}"}""") : Shop(asked));
        var definition = Look.Define("journey", Checkout(server));

        var sight = await Look.OnceAsync(definition);

        Assert.False(sight.Value(definition, "passed").Flag);
        Assert.Equal("look", sight.Value(definition, "step").Text);
        Assert.Equal(2, sight.Value(definition, "steps_passed").Number);
        Assert.StartsWith("json($.state) == \"accepted\" is broken (status 200", sight.Value(definition, "why").Text!, StringComparison.Ordinal);
        Assert.Equal(["passed else effectively_down"], new JourneyProbeType().DefaultConditions(definition.Options));
        NothingSecretIn(sight);
    }

    [Fact]
    public async Task A_step_that_does_not_find_what_it_is_to_capture_has_failed()
    {
        await using var server = Serving(asked => asked.Path == "/home" ? HostileServer.Ok("{}") : Shop(asked));
        var definition = Look.Define("journey", Checkout(server)).With("steps_passed == 0", "step == \"login\"");

        Assert.Equal([true, true], await Look.VerdictsAsync(definition));
    }

    [Fact]
    public async Task A_step_without_an_answer_is_refused_by_its_name_and_code()
    {
        await using var server = Serving(Shop);
        var nobody = Look.NobodyThere();
        var options = Checkout(server);
        var sight = await Look.OnceAsync(Look.Define("journey", options with { Steps = options.Steps.SetItem(2, options.Steps[2] with { Url = $"http://{nobody}/{{{{order}}}}?t={{{{token}}}}" }) }));

        Assert.StartsWith("step look: ", sight.Refusal("connection_refused").Message, StringComparison.Ordinal);
        NothingSecretIn(sight);
    }

    [Theory]
    [InlineData(500, 20_000)]
    [InlineData(null, 1500)]
    public async Task A_step_that_hangs_is_a_time_out_that_names_it_by_its_own_limit_or_the_journeys(int? own, int whole)
    {
        await using var server = new HostileServer(async (stream, stop) =>
        {
            await HostileServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(HostileServer.Ok("first")), stop);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });
        var options = new JourneyOptions
        {
            Title = "wait",
            Steps =
            [
                new JourneyStep { Name = "quick", Url = server.Url().ToString() },
                new JourneyStep { Name = "slow", Url = server.Url().ToString(), Timeout = own is { } limit ? Duration.FromMilliseconds(limit) : null },
            ],
        };

        var sight = await Look.OnceAsync(Look.Define("journey", options, Duration.FromMilliseconds(whole)));

        var late = Assert.IsType<Outcome.TimedOut>(sight.Outcome);
        Assert.Equal(("headers of step slow", Duration.FromMilliseconds(own ?? whole)), (late.Phase, late.Limit));
        Assert.True(sight.NeedsControl);
    }

    [Fact]
    public async Task What_a_target_hands_out_cannot_break_out_of_its_place()
    {
        const string evil = "a\"},\"admin\":true,\"x\":{\"y\":\"&admin=1 /../%2e\r\nX-Admin: 1";
        var seen = new List<Request>();
        await using var server = Serving(asked =>
        {
            seen.Add(asked);
            return HostileServer.Ok(System.Text.Json.JsonSerializer.Serialize(new { evil }));
        });
        JourneyOptions Using(JourneyStep step) => new()
        {
            Title = "evil",
            Steps = [new JourneyStep { Name = "take", Url = server.Url().ToString(), Capture = Map(("evil", "json($.evil)")) }, step],
        };

        Assert.True(await PassesAsync(Using(new JourneyStep { Name = "url", Url = $"{server.Url()}a/{{{{evil}}}}/b?q={{{{evil}}}}", Form = Map(("q", "{{evil}}"), ("z", "last")) })));
        Assert.True(await PassesAsync(Using(new JourneyStep { Name = "json", Url = server.Url().ToString(), Json = """{"q":"{{evil}}"}""" })));
        Assert.False(await PassesAsync(Using(new JourneyStep { Name = "bare", Url = server.Url().ToString(), Json = """{"q":{{evil}}}""" })));
        Assert.False(await PassesAsync(Using(new JourneyStep { Name = "header", Url = server.Url().ToString(), Headers = Map(("X-Q", "{{evil}}")) })));

        var asked = seen.Where(one => one.Method == "POST").ToList();
        Assert.Equal(2, asked.Count); // the other two were not even sent
        Assert.Equal(4, asked[0].Path.Split('/').Length - 1 + asked[0].Path.Count(c => c == '?'));
        Assert.DoesNotContain(asked, one => one.Head.Contains("\nX-Admin", StringComparison.Ordinal));
        Assert.Equal(2, asked[0].Body.Split('&').Length);
        using var sent = System.Text.Json.JsonDocument.Parse(asked[1].Body);
        Assert.Equal(evil, Assert.Single(sent.RootElement.EnumerateObject()).Value.GetString());
    }

    [Fact]
    public async Task Secrets_do_not_follow_a_redirect_to_another_origin()
    {
        var heads = new List<string>();
        await using var other = Serving(asked =>
        {
            heads.Add(asked.Head + asked.Body);
            return HostileServer.Ok("other");
        });
        await using var server = Serving(asked => $"HTTP/1.1 {(asked.Path == "/moved" ? 302 : 307)} x\r\nLocation: {other.Url()}\r\nContent-Length: 0\r\n\r\n");
        JourneyOptions To(string path) => new()
        {
            Title = "away", Secrets = Map(("password", Password)),
            Steps = [new JourneyStep { Name = "login", Url = $"{server.Url()}{path}", Headers = Map(("Authorization", "Bearer {{password}}")), Form = Map(("password", "{{password}}")) }],
        };

        Assert.True(await PassesAsync(To("moved"))); // with GET, without header and body
        (await Look.OnceAsync(Look.Define("journey", To("kept")))).Refusal("bad_redirect");
        Assert.DoesNotContain(Password, Assert.Single(heads), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_that_goes_in_circles_ends_the_journey_with_its_step()
    {
        await using var server = Serving(asked => Redirect(asked.Path == "/a" ? "/b" : "/a"));
        var options = new JourneyOptions { Title = "round", Steps = [new JourneyStep { Name = "enter", Url = $"{server.Url()}a" }] };

        Assert.StartsWith("step enter: ", (await Look.OnceAsync(Look.Define("journey", options))).Refusal("redirect_loop").Message, StringComparison.Ordinal);
    }

    private static async Task<bool> PassesAsync(JourneyOptions options) => (await Look.VerdictsAsync(Look.Define("journey", options).With("passed"))).Single();

    private static void NothingSecretIn(Sight sight)
    {
        var said = $"{sight.Outcome} {string.Join(' ', sight.Signals)}";
        foreach (var secret in new[] { Password, Token, "abc123" }) Assert.DoesNotContain(secret, said, StringComparison.Ordinal);
    }
}
