using System.Collections.Immutable;
using Nines.Core.Observations;
using Nines.Probing.Journeys;
using NodaTime;

namespace Nines.Probing.Tests.Journeys;

/// <summary>A mistake in a step is told with the step, the key, and what to write.</summary>
public sealed class JourneyMistakeTests
{
    private static readonly JourneyStep Login = new() { Name = "login", Url = "https://shop.example/login", Capture = Map(("token", "json($.token)")) };

    private static ImmutableSortedDictionary<string, string> Map(params (string Name, string Value)[] pairs) => pairs.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value);

    private static List<OptionMistake> Mistakes(params JourneyStep[] steps) => [.. new JourneyProbeType().Validate(new JourneyOptions { Title = "checkout", Steps = [.. steps] })];

    [Fact]
    public void A_journey_without_mistakes_has_none() => Assert.Empty(Mistakes(Login, new JourneyStep { Name = "order", Url = "https://shop.example/{{token}}" }));

    public static TheoryData<JourneyStep, string, string> Wrong => new()
    {
        { new() { Name = "a", Url = "shop.example/x" }, "url", "is not an absolute http or https URL" },
        { new() { Name = "a", Url = "ftp://shop.example/x" }, "url", "is not an absolute http or https URL" },
        { new() { Name = "a", Url = "https://{{token}}.example/x" }, "url", "Write those out" },
        { new() { Name = "a", Url = "https://shop.example{{token}}" }, "url", "Write those out" },
        { new() { Name = "a", Url = "https://shop.example/{{tokn}}" }, "url", "Did you mean 'token'?" },
        { new() { Name = "a", Url = "https://shop.example/{{token" }, "url", "without its }}" },
        { new() { Name = "a", Url = "https://shop.example/{{to ken}}" }, "url", "something else than a name" },
        { new() { Name = "a", Url = "https://shop.example/", Method = "BREW" }, "method", "'BREW' is not one of" },
        { new() { Name = "a", Url = "https://shop.example/", Method = "GET", Body = "x" }, "body", "does not go with method GET" },
        { new() { Name = "a", Url = "https://shop.example/", Body = "x", Json = "{}" }, "json", "keep one" },
        { new() { Name = "a", Url = "https://shop.example/", Json = "{'a':1}" }, "json", "is not JSON" },
        { new() { Name = "a", Url = "https://shop.example/", Headers = Map(("bad name", "v")) }, "headers", "is not a header's name" },
        { new() { Name = "a", Url = "https://shop.example/", Headers = Map(("X-Key", "{{nothing}}")) }, "headers", "neither in secrets nor captured" },
        { new() { Name = "a", Url = "https://shop.example/", Expect = ["statsu == 200"] }, "expect", "Did you mean 'status'?" },
        { new() { Name = "a", Url = "https://shop.example/", Expect = ["round_trip < 5"] }, "expect", "needs a unit" },
        { new() { Name = "a", Url = "https://shop.example/", Expect = ["round_trip < 1s else degraded"] }, "expect", "a step passes or fails" },
        { new() { Name = "a", Url = "https://shop.example/", Expect = ["body matches \"(\""] }, "expect", "not a pattern" },
        { new() { Name = "a", Url = "https://shop.example/", Capture = Map(("x", "status")) }, "capture", "is none of json" },
        { new() { Name = "a", Url = "https://shop.example/", Capture = Map(("x", "body contains \"y\"")) }, "capture", "is none of json" },
        { new() { Name = "a", Url = "https://shop.example/", Capture = Map(("X y", "header(\"y\")")) }, "capture", "is not a name" },
        { new() { Name = "login", Url = "https://shop.example/" }, "name", "is there twice" },
        { new() { Name = "", Url = "https://shop.example/" }, "name", "1 to 63 characters" },
        { new() { Name = "a", Url = "https://shop.example/", Timeout = Duration.Zero }, "timeout", "Try 5s" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_step_is_told_with_its_key_and_how_to_mend_it(JourneyStep step, string key, string says)
    {
        var mistake = Assert.Single(Mistakes(Login, step));

        Assert.Equal(("steps", 1, key), (mistake.Option, mistake.Item, mistake.Key));
        Assert.Contains(says, mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_later_step_captures_is_not_known_before()
    {
        var mistake = Assert.Single(Mistakes(new JourneyStep { Name = "early", Url = "https://shop.example/{{token}}" }, Login));
        Assert.Contains("earlier step", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journey_has_1_to_32_steps()
    {
        Assert.Contains("has 0 steps", Assert.Single(Mistakes()).Message, StringComparison.Ordinal);
        Assert.Contains("has 33 steps", Assert.Single(Mistakes([.. Enumerable.Repeat(Login, 33)])).Message, StringComparison.Ordinal);
        Assert.Empty(Mistakes([.. Enumerable.Range(0, 32).Select(i => Login with { Name = $"s{i}" })]));
    }

    [Fact]
    public void Step_time_is_of_a_step_that_there_is()
    {
        var type = new JourneyProbeType();
        var options = new JourneyOptions { Title = "checkout", Steps = [Login] };
        var time = type.Signals.Single(signal => signal.Name == "step_time");

        Assert.Null(type.MistakeIn(new SignalRef(time, "name", "login"), options));
        Assert.Contains("there are: login", type.MistakeIn(new SignalRef(time, "name", "logon"), options), StringComparison.Ordinal);
        Assert.Contains("in double quotes", type.MistakeIn(new SignalRef(time, "path", "$.login"), options), StringComparison.Ordinal);
        Assert.Equal(("shop.example:443", 1), (type.Provider(options), type.CallsPerObservation(options)));
    }
}
